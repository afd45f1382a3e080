import { describeInterruption, describeRehearsal, describeTakenPort } from "./story.support.ts";

describeRehearsal({
  runtime: "process",
  deployments: [
    "customer cancelled",
    "customer rolled-back",
    "customer succeeded",
    "customer succeeded",
    "customer succeeded",
    "employee rolled-back",
    "employee succeeded",
    "employee succeeded by CodePipeline",
  ],
});
describeInterruption();
describeTakenPort();
