import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import { CodePipelineClient } from "@aws-sdk/client-codepipeline";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient, type ECSClientConfig } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { RDSClient } from "@aws-sdk/client-rds";

export type PageClients = ReturnType<typeof openPageClients>;

/** Opens the clients that the page reads the account with. The caller destroys them. */
export function openPageClients(settings: Pick<ECSClientConfig, "region" | "endpoint" | "credentials">) {
  return {
    ecs: new ECSClient(settings),
    ecr: new ECRClient(settings),
    balancer: new ElasticLoadBalancingV2Client(settings),
    codedeploy: new CodeDeployClient(settings),
    cloudwatch: new CloudWatchClient(settings),
    logs: new CloudWatchLogsClient(settings),
    ec2: new EC2Client(settings),
    rds: new RDSClient(settings),
    codepipeline: new CodePipelineClient(settings),
    cloudformation: new CloudFormationClient(settings),
  };
}
