import * as core from "@actions/core";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { systemClock } from "../../shared/clock.ts";
import { runAction } from "../../shared/run.ts";
import { readProvisionInputs } from "./inputs.ts";
import { provisionAndReport } from "./provision.ts";
import { inRequest } from "./stack/template-store.ts";

await runAction(async (signal) => {
  const inputs = readProvisionInputs();
  // Several stacks are followed at once for many minutes: a few seconds of throttling must not end that.
  const clientConfig = { maxAttempts: 6 };
  const cloudformation = new CloudFormationClient(clientConfig);
  const { templateBucket } = inputs;
  const templates = templateBucket
    ? (await import("./stack/template-bucket.ts")).throughBucket(templateBucket, { clientConfig, log: core })
    : inRequest;
  const world = { cloudformation, clientConfig, templates, clock: systemClock, log: core, signal };
  await provisionAndReport(world, inputs);
});
