/** Actions by step, each with its resource: an ARN with parts in braces, or `*`. */
type Step = Readonly<Record<string, string>>;

/** Steps of a service of AWS in the role that it is given. */
export interface RoleList {
  /** Such as `ecs-tasks.amazonaws.com`. */
  readonly service: string;
  readonly steps: Readonly<Record<string, Step>>;
}

const ecs = (kind: string) => `arn:aws:ecs:{region}:{account}:${kind}`;
const application = "arn:aws:codedeploy:{region}:{account}:application:{application}";
const group = "arn:aws:codedeploy:{region}:{account}:deploymentgroup:{application}/{group}";
const repository = "arn:aws:codecommit:{region}:{account}:{repository}";
const logStream = "arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:{stream}";

const writesLog = {
  // The awslogs driver names an empty stream (terraform-aws-modules/terraform-aws-ecs#313).
  createLogGroup: { "logs:CreateLogGroup": "arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:" },
  createLogStream: { "logs:CreateLogStream": logStream },
  writeLog: { "logs:PutLogEvents": logStream },
} as const;

/**
 * Written from AWS's pages, never from the calls of the simulated services, which make others. An action that a page
 * lists for a case that does not occur here is left out. Resources: Service Authorization Reference.
 */
export const roleLists = {
  /** AWSCodeDeployRoleForECS (AWS managed policy reference); ECS developer guide, "Amazon ECS CodeDeploy IAM role". */
  codeDeploy: {
    service: "codedeploy.amazonaws.com",
    steps: {
      install: {
        "ecs:DescribeServices": ecs("service/{cluster}/{service}"),
        "elasticloadbalancing:DescribeTargetGroups": "*",
        "elasticloadbalancing:DescribeListeners": "*",
        "elasticloadbalancing:DescribeRules": "*",
        "ecs:CreateTaskSet": ecs("task-set/{cluster}/{service}/{taskSet}"),
        "iam:PassRole": "{taskRoles}",
      },
      changeListener: { "elasticloadbalancing:ModifyListener": "{arn}" },
      changeRule: { "elasticloadbalancing:ModifyRule": "{arn}" },
      promote: { "ecs:UpdateServicePrimaryTaskSet": ecs("service/{cluster}/{service}") },
      removeTaskSet: { "ecs:DeleteTaskSet": ecs("task-set/{cluster}/{service}/{taskSet}") },
      readAlarms: { "cloudwatch:DescribeAlarms": "arn:aws:cloudwatch:{region}:{account}:alarm:{alarms}" },
      callHook: { "lambda:InvokeFunction": "arn:aws:lambda:{region}:{account}:function:{function}" },
    },
  },
  /**
   * CodePipeline user guide, "Add permissions to the CodePipeline service role" (the minimum for each action), and
   * the default policy there for artifacts. A step for each provider.
   */
  codePipeline: {
    service: "codepipeline.amazonaws.com",
    steps: {
      CodeCommit: {
        "codecommit:GetBranch": repository,
        "codecommit:GetCommit": repository,
        "codecommit:UploadArchive": repository,
        "codecommit:GetUploadArchiveStatus": repository,
      },
      ECR: { "ecr:DescribeImages": "arn:aws:ecr:{region}:{account}:repository/{repository}" },
      S3: {
        "s3:GetBucketVersioning": "arn:aws:s3:::{bucket}",
        "s3:GetObject": "arn:aws:s3:::{bucket}/{key}",
      },
      storeArtifact: { "s3:PutObject": "arn:aws:s3:::{bucket}/{key}" },
      readArtifact: { "s3:GetObject": "arn:aws:s3:::{bucket}/{key}" },
      CodeDeployToECS: {
        "codedeploy:GetApplication": application,
        "codedeploy:GetApplicationRevision": application,
        "codedeploy:RegisterApplicationRevision": application,
        "codedeploy:CreateDeployment": group,
        "codedeploy:GetDeployment": group,
        "codedeploy:GetDeploymentConfig": "arn:aws:codedeploy:{region}:{account}:deploymentconfig:{config}",
        "ecs:RegisterTaskDefinition": ecs("task-definition/{family}:{revision}"),
        "iam:PassRole": "{taskRoles}",
      },
    },
  },
  /** EventBridge user guide, "IAM roles for sending events to targets". */
  eventBridge: {
    service: "events.amazonaws.com",
    steps: { startPipeline: { "codepipeline:StartPipelineExecution": "{arn}" } },
  },
  /** ECS developer guide, "Amazon ECS task execution IAM role"; the order is that of Fargate's agent. */
  execution: {
    service: "ecs-tasks.amazonaws.com",
    steps: {
      logIn: { "ecr:GetAuthorizationToken": "*" },
      readSecret: { "secretsmanager:GetSecretValue": "{secret}" },
      pullManifest: { "ecr:BatchGetImage": "arn:aws:ecr:{region}:{account}:repository/{repository}" },
      pullLayers: { "ecr:GetDownloadUrlForLayer": "arn:aws:ecr:{region}:{account}:repository/{repository}" },
      ...writesLog,
    },
  },
  /** AmazonECSInfrastructureRolePolicyForLoadBalancers (AWS managed policy reference). */
  loadBalancers: {
    service: "ecs.amazonaws.com",
    steps: {
      inspect: {
        "elasticloadbalancing:DescribeListeners": "*",
        "elasticloadbalancing:DescribeRules": "*",
        "elasticloadbalancing:DescribeTargetGroups": "*",
      },
      changeListener: { "elasticloadbalancing:ModifyListener": "{arn}" },
      changeRule: { "elasticloadbalancing:ModifyRule": "{arn}" },
    },
  },
  /** ECS developer guide, "Permissions required for Lambda functions in Amazon ECS blue/green deployments". */
  lifecycleHook: {
    service: "ecs.amazonaws.com",
    steps: { call: { "lambda:InvokeFunction": "{arn}" } },
  },
  /** AWSLambdaBasicExecutionRole (AWS managed policy reference). */
  function: { service: "lambda.amazonaws.com", steps: writesLog },
} as const satisfies Record<string, RoleList>;
