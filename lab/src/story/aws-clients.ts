import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import { CodePipelineClient } from "@aws-sdk/client-codepipeline";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";

interface Clients {
  readonly ecs: ECSClient;
  readonly balancer: ElasticLoadBalancingV2Client;
  readonly codedeploy: CodeDeployClient;
  readonly pipelines: CodePipelineClient;
  readonly logs: CloudWatchLogsClient;
}

/** Lets the story look at the account, and do what the course does by hand. */
export async function observe<Result>(
  { endpoint, region }: { readonly endpoint: string; readonly region: string },
  look: (clients: Clients) => Promise<Result>,
): Promise<Result> {
  const credentials = { accessKeyId: "AKIAREHEARSAL", secretAccessKey: "observer" };
  const settings = { endpoint, region, credentials };
  const clients = {
    ecs: new ECSClient(settings),
    balancer: new ElasticLoadBalancingV2Client(settings),
    codedeploy: new CodeDeployClient(settings),
    pipelines: new CodePipelineClient(settings),
    logs: new CloudWatchLogsClient(settings),
  };
  try {
    return await look(clients);
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}
