import * as core from "@actions/core";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { systemClock } from "../../shared/clock.ts";
import { runAction } from "../../shared/run.ts";
import { readProvisionInputs } from "./inputs.ts";
import { provisionAndReport } from "./provision.ts";

await runAction(async (signal) => {
  const inputs = readProvisionInputs();
  // Several stacks are followed at once for many minutes: a few seconds of throttling must not end that.
  const cloudformation = new CloudFormationClient({ maxAttempts: 6 });
  await provisionAndReport({ cloudformation, clock: systemClock, log: core, signal }, inputs);
});
