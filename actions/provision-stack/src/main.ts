import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { systemClock } from "../../shared/clock.ts";
import { runnerLog } from "../../shared/log.ts";
import { runAction } from "../../shared/run.ts";
import { readProvisionInputs } from "./inputs.ts";
import { provisionAndReport } from "./provision.ts";
import { operationsLeft, trackOperations } from "./stack/hand-over.ts";
import { inRequest } from "./stack/template-store.ts";

export function main(): Promise<void> {
  return runAction(async (signal) => {
    const inputs = readProvisionInputs();
    // Several stacks are followed at once for many minutes: a few seconds of throttling must not end that.
    const clientConfig = { maxAttempts: 6 };
    const { templateBucket } = inputs;
    const templates = templateBucket
      ? (await import("./stack/template-bucket.ts")).throughBucket(templateBucket, {
          clientConfig,
          log: runnerLog,
        })
      : inRequest;
    const world = {
      cloudformation: new CloudFormationClient(clientConfig),
      clientConfig,
      templates,
      clock: systemClock,
      log: runnerLog,
      signal,
      handOver: trackOperations(operationsLeft.save),
    };
    await provisionAndReport(world, inputs);
  });
}
