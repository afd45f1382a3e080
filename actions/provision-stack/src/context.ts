import { CloudFormationClient, type CloudFormationClientConfig } from "@aws-sdk/client-cloudformation";
import type { StepContext } from "../../core/context.ts";
import { operationsLeft, trackOperations } from "./stack/running-operations.ts";

export interface ProvisionContext extends Pick<StepContext, "clock" | "signal"> {
  readonly cloudformation: CloudFormationClient;
  /** Configuration for clients that only some modes need: they are loaded where they are needed. */
  readonly clientConfig: ClientConfig;
  readonly operations: ReturnType<typeof trackOperations>;
  readonly log: Pick<StepContext["log"], "info" | "warning">;
}

/** Settings of every client of the SDK. */
export type ClientConfig = Pick<
  CloudFormationClientConfig,
  "region" | "endpoint" | "credentials" | "maxAttempts"
>;

/** Several stacks are followed at once for many minutes: a few seconds of throttling must not end that. */
const clientConfig = { maxAttempts: 6 };

export const createCloudFormation = () => new CloudFormationClient(clientConfig);

export const openProvisioning = ({ clock, log, signal }: StepContext): ProvisionContext => ({
  cloudformation: createCloudFormation(),
  clientConfig,
  clock,
  log,
  signal,
  operations: trackOperations(operationsLeft.save),
});
