import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import { CodePipelineClient } from "@aws-sdk/client-codepipeline";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";

export type AwsClients = ReturnType<typeof openClients>;

/** With these the story reads the account, and does what the course does by hand. Closed by `ends`. */
export function openClients(
  { endpoint, region }: { readonly endpoint: string; readonly region: string },
  ends: DisposableStack | AsyncDisposableStack,
) {
  const credentials = { accessKeyId: "AKIAREHEARSAL", secretAccessKey: "observer" };
  const settings = { endpoint, region, credentials };
  const clients = {
    ecs: new ECSClient(settings),
    balancer: new ElasticLoadBalancingV2Client(settings),
    codedeploy: new CodeDeployClient(settings),
    pipelines: new CodePipelineClient(settings),
    logs: new CloudWatchLogsClient(settings),
  };
  ends.defer(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return clients;
}
