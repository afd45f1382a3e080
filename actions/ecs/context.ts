import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import type { StepContext } from "../core/context.ts";

export interface EcsClients {
  readonly ecs: ECSClient;
  /** Loaded only when a log is read; containers may log to a region of their own. */
  readonly logs: (region: string | undefined) => Promise<CloudWatchLogsClient>;
}

/** Clients and context of an action; nothing below reads time, the network or the environment otherwise. */
export interface EcsContext extends StepContext {
  readonly clients: EcsClients;
}

/**
 * Tasks and deployments are followed for minutes to hours: a few seconds of throttling or a lost connection must not
 * end it.
 */
export const retrying = { maxAttempts: 6 };

export function createEcsContext(step: StepContext): EcsContext {
  return { ...step, clients: createEcsClients() };
}

export function createEcsClients(): EcsClients {
  return {
    ecs: new ECSClient(retrying),
    logs: async (region) => {
      const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
      return new CloudWatchLogsClient(region ? { ...retrying, region } : retrying);
    },
  };
}
