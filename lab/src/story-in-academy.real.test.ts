import { describeRedStart, describeRehearsal, useMachine } from "./story.support.ts";

const machine = await useMachine();

// The chapters that only the course's account has, with those they need.
describeRehearsal(machine, {
  rehearsal: "academy",
  chapters: "check-lab,teardown",
  deployments: [
    "customer succeeded",
    "customer succeeded by CodePipeline",
    "employee succeeded",
    "employee succeeded by CodePipeline",
  ],
});

describeRedStart(machine);
