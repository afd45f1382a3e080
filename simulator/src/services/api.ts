import type { ApplicationAutoScaling } from "@aws-sdk/client-application-auto-scaling";
import type { Cloud9 } from "@aws-sdk/client-cloud9";
import type { CloudFormation } from "@aws-sdk/client-cloudformation";
import type { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { CodeCommit } from "@aws-sdk/client-codecommit";
import type { CodeDeploy } from "@aws-sdk/client-codedeploy";
import type { CodePipeline } from "@aws-sdk/client-codepipeline";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { ECR } from "@aws-sdk/client-ecr";
import type { ECS } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EventBridge } from "@aws-sdk/client-eventbridge";
import type { IAM } from "@aws-sdk/client-iam";
import type { Lambda } from "@aws-sdk/client-lambda";
import type { RDS } from "@aws-sdk/client-rds";
import type { S3 } from "@aws-sdk/client-s3";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import type { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { SSM } from "@aws-sdk/client-ssm";
import type { STS } from "@aws-sdk/client-sts";

/** Input and output of one method of an SDK client, without the metadata that only a wire call has. */
type Call<Method> = Method extends {
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own overloads; only the first one is of interest
  (args: infer Input, options?: any): Promise<infer Output>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  (args: any, callback: any): void;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  (args: any, options: any, callback: any): void;
}
  ? { input: Input; output: Omit<Output, "$metadata"> }
  : never;

type OperationName<Client> = {
  [Name in keyof Client]: Call<Client[Name]> extends never ? never : Name;
}[keyof Client];

/** The caller, from the request's credentials; in-process calls act as the account itself. */
export interface Caller {
  readonly accessKeyId: string;
  readonly sourceIp: string;
  /** Set where a call may outlive the caller's key. */
  readonly arn?: string;
  /** Set for a service that calls for the caller, such as `cloudformation.amazonaws.com`. */
  readonly via?: string;
  /** Role that this service assumed for it. */
  readonly roleArn?: string | undefined;
}

type OperationsOf<Client> = {
  [Name in OperationName<Client>]?: (
    input: Call<Client[Name]>["input"],
    caller: Caller,
  ) => Call<Client[Name]>["output"] | Promise<Call<Client[Name]>["output"]>;
};

/**
 * The operations that a simulated service performs, typed by the AWS SDK's own client: method `createService` gets
 * `CreateServiceCommandInput` and returns `CreateServiceCommandOutput`. A missing operation is refused.
 */
export type Operations<Name extends ServiceName> = OperationsOf<AwsClients[Name]>;

/** The same API for in-process callers: an operation that is absent throws UnknownOperationException. */
export type Api<Client> = {
  [Name in OperationName<Client>]: (
    input: Call<Client[Name]>["input"],
  ) => Promise<Call<Client[Name]>["output"]>;
};

export interface AwsClients {
  applicationautoscaling: ApplicationAutoScaling;
  cloud9: Cloud9;
  cloudformation: CloudFormation;
  cloudwatch: CloudWatch;
  codecommit: CodeCommit;
  codedeploy: CodeDeploy;
  codepipeline: CodePipeline;
  ec2: EC2;
  ecr: ECR;
  ecs: ECS;
  elbv2: ElasticLoadBalancingV2;
  events: EventBridge;
  iam: IAM;
  lambda: Lambda;
  logs: CloudWatchLogs;
  rds: RDS;
  s3: S3;
  scheduler: Scheduler;
  secretsmanager: SecretsManager;
  ssm: SSM;
  sts: STS;
}

/** An operation as code that dispatches by name sees it. */
export type Handler = (input: object, caller: Caller) => object | Promise<object>;

export type ServiceName = keyof AwsClients;

/** Every simulated service as in-process API. Services talk to each other only through this. */
export type Aws = { [Name in ServiceName]: Api<AwsClients[Name]> };

export interface Service<Name extends ServiceName> {
  readonly operations: Operations<Name>;
  /** Ends everything the service started: timers, sockets, child processes. */
  close?(): Promise<void>;
}
