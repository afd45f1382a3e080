import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import { CodePipelineClient } from "@aws-sdk/client-codepipeline";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Keys, SimulatorProcess } from "./simulator-process.ts";

export type AwsClients = ReturnType<typeof openClients>;

/** Opens the clients with which the story reads the account and does the course's manual steps. Closed by `ends`. */
export function openClients(
  { endpoint, region, keys }: Pick<SimulatorProcess, "endpoint" | "region" | "keys">,
  ends: DisposableStack | AsyncDisposableStack,
) {
  const settings = { endpoint, region, credentials: credentialsOf(keys) };
  const clients = {
    ecs: new ECSClient(settings),
    balancer: new ElasticLoadBalancingV2Client(settings),
    codedeploy: new CodeDeployClient(settings),
    pipelines: new CodePipelineClient(settings),
    logs: new CloudWatchLogsClient(settings),
    secrets: new SecretsManagerClient(settings),
  };
  ends.defer(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return clients;
}

export function credentialsOf(keys: Keys) {
  return {
    accessKeyId: keys.AWS_ACCESS_KEY_ID,
    secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
    sessionToken: keys.AWS_SESSION_TOKEN,
  };
}
