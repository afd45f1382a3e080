import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { StepContext } from "../../core/context.ts";
import type { ProvisionContext } from "./context.ts";
import type { ProvisionInputs } from "./inputs.ts";
import { operationsLeft, trackOperations } from "./stack/running-operations.ts";
import { inRequest } from "./stack/template-store.ts";

/** Several stacks are followed at once for many minutes: a few seconds of throttling must not end that. */
const clientConfig = { maxAttempts: 6 };

export const createCloudFormation = () => new CloudFormationClient(clientConfig);

export async function openProvisioning(
  { clock, log, signal }: StepContext,
  { templateBucket }: ProvisionInputs,
): Promise<ProvisionContext> {
  const templates = templateBucket
    ? (await import("./stack/template-bucket.ts")).throughBucket(templateBucket, { clientConfig, log })
    : inRequest;
  return {
    cloudformation: createCloudFormation(),
    clientConfig,
    templates,
    clock,
    log,
    signal,
    operations: trackOperations(operationsLeft.save),
  };
}
