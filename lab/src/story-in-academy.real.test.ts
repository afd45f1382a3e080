import { describeRedStart, describeRehearsal } from "./story.support.ts";

// The chapters that only the course's account has, with those they need.
describeRehearsal({
  rehearsal: "academy",
  chapters: "check-lab,teardown",
  deployments: [
    "customer succeeded",
    "customer succeeded by CodePipeline",
    "employee succeeded",
    "employee succeeded by CodePipeline",
  ],
});

describeRedStart();
