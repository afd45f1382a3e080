import type { CloudFormationClient, CloudFormationClientConfig } from "@aws-sdk/client-cloudformation";
import type { Clock } from "../../core/pace.ts";
import type { OperationTracker } from "./stack/running-operations.ts";
import type { TemplateStore } from "./stack/template-store.ts";

export interface ProvisionContext {
  readonly cloudformation: CloudFormationClient;
  /** Configuration for clients that only some modes need: they are loaded where they are needed. */
  readonly clientConfig: ClientConfig;
  readonly templates: TemplateStore;
  readonly operations: OperationTracker;
  readonly clock: Clock;
  readonly log: {
    info(message: string): void;
    warning(message: string): void;
  };
  readonly signal: AbortSignal;
}

/** Settings of every client of the SDK. */
export type ClientConfig = Pick<
  CloudFormationClientConfig,
  "region" | "endpoint" | "credentials" | "maxAttempts"
>;
