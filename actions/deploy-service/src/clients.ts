import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Clock } from "../../shared/clock.ts";

export interface Clients {
  readonly ecs: ECSClient;
  readonly codedeploy: CodeDeployClient;
  /** Loaded only when a failure has to be explained. */
  readonly logs: (region: string | undefined) => Promise<CloudWatchLogsClient>;
  readonly elbv2: () => Promise<ElasticLoadBalancingV2Client>;
}

export interface Log {
  info(message: string): void;
  notice(message: string): void;
  warning(message: string): void;
}

/** What a deployment works with; nothing below reads time, the network or the environment otherwise. */
export interface World {
  readonly clients: Clients;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

// A deployment is followed for minutes to hours: a few seconds of throttling or a lost connection must not end it.
const patient = { maxAttempts: 6 };

export function createClients(): Clients {
  return {
    ecs: new ECSClient(patient),
    codedeploy: new CodeDeployClient(patient),
    logs: async (region) => {
      const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
      return new CloudWatchLogsClient(region ? { region } : {});
    },
    elbv2: async () => {
      const { ElasticLoadBalancingV2Client } = await import("@aws-sdk/client-elastic-load-balancing-v2");
      return new ElasticLoadBalancingV2Client();
    },
  };
}
