import type { DeploymentStatus } from "@aws-sdk/client-codedeploy";
import { createAlarm, createDelivery } from "../outside-clients/delivery.support.ts";
import { appSpecFile, webTaskDefinition } from "../outside-clients/web.support.ts";
import { webProgram } from "../runtime/tasks/in-process-runtime.support.ts";
import { files, preparePipelines, stage } from "../services/codepipeline/controller/pipelines.support.ts";
import { deliveryActions } from "../services/codepipeline/pipeline.support.ts";
import { pushProgram } from "../services/ecs/controller/push-program.support.ts";
import { type TestSimulator, testListenerPortOffset } from "../test-simulator.support.ts";
import { arn, document, roleArn } from "./caller.support.ts";

const group = arn("codedeploy", "deploymentgroup:outside/web");
const application = arn("codedeploy", "application:outside");

/** Permissions of each role, as AWS's pages ask for them and no more: the service that assumes it, actions, resource. */
const needs: Readonly<
  Record<string, readonly (readonly [service: string, actions: string, resource: string])[]>
> = {
  execution: [
    ["ecs-tasks", "ecr:GetAuthorizationToken", "*"],
    ["ecs-tasks", "secretsmanager:GetSecretValue", arn("secretsmanager", "secret:password-*")],
    ["ecs-tasks", "ecr:BatchGetImage ecr:GetDownloadUrlForLayer", arn("ecr", "repository/web")],
    ["ecs-tasks", "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents", arn("logs", "log-group:*:*")],
  ],
  task: [["ecs-tasks", "ecs:ListClusters", "*"]],
  deploy: [
    ["codedeploy", "ecs:DescribeServices ecs:UpdateServicePrimaryTaskSet", arn("ecs", "service/outside/web")],
    ["codedeploy", "ecs:CreateTaskSet ecs:DeleteTaskSet", arn("ecs", "task-set/outside/web/*")],
    ["codedeploy", "elasticloadbalancing:DescribeTargetGroups elasticloadbalancing:DescribeListeners", "*"],
    ["codedeploy", "elasticloadbalancing:DescribeRules", "*"],
    [
      "codedeploy",
      "elasticloadbalancing:ModifyListener",
      arn("elasticloadbalancing", "listener/app/outside/*"),
    ],
    ["codedeploy", "iam:PassRole", roleArn("execution")],
    ["codedeploy", "lambda:InvokeFunction", arn("lambda", "function:check")],
    ["codedeploy", "cloudwatch:DescribeAlarms", arn("cloudwatch", "alarm:errors")],
  ],
  PipelineRole: [
    ["codepipeline", "s3:GetBucketVersioning", "arn:aws:s3:::pipelines"],
    ["codepipeline", "s3:GetObject s3:PutObject", "arn:aws:s3:::pipelines/*"],
    ["codepipeline", "ecr:DescribeImages", arn("ecr", "repository/web")],
    ["codepipeline", "codedeploy:GetApplication codedeploy:GetApplicationRevision", application],
    ["codepipeline", "codedeploy:RegisterApplicationRevision", application],
    ["codepipeline", "codedeploy:CreateDeployment codedeploy:GetDeployment", group],
    ["codepipeline", "codedeploy:GetDeploymentConfig ecs:RegisterTaskDefinition", "*"],
    ["codepipeline", "iam:PassRole", roleArn("execution")],
  ],
  events: [["events", "codepipeline:StartPipelineExecution", arn("codepipeline", "web")]],
  function: [
    [
      "lambda",
      "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents",
      arn("logs", "log-group:/aws/lambda/*"),
    ],
  ],
};

const trusting = (service: string) =>
  document([
    { Effect: "Allow", Principal: { Service: `${service}.amazonaws.com` }, Action: "sts:AssumeRole" },
  ]);

/**
 * Returns how to make every role right again except for the flaw of one: `absent`, `trusts` and another service, or an
 * action that it lacks.
 */
function roleMaker({ aws: { iam } }: TestSimulator) {
  const make = async (RoleName: string, flaw = "") => {
    const lines = needs[RoleName] ?? [];
    await iam.deleteRolePolicy({ RoleName, PolicyName: "own" }).catch(() => {});
    await iam.deleteRole({ RoleName }).catch(() => {});
    if (flaw === "absent") return;
    const service = flaw.startsWith("trusts ") ? flaw.slice("trusts ".length) : (lines[0]?.[0] ?? "");
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(service) });
    const statements = lines.flatMap(([, actions, Resource]) => {
      const Action = actions.split(" ").filter((action) => action !== flaw);
      return Action.length > 0 ? [{ Effect: "Allow", Action, Resource }] : [];
    });
    const PolicyDocument = document(
      statements.length > 0 ? statements : [{ Effect: "Deny", Action: "*", Resource: "*" }],
    );
    await iam.putRolePolicy({ RoleName, PolicyName: "own", PolicyDocument });
  };
  return async (flawed?: string, flaw?: string) => {
    for (const name of Object.keys(needs)) await make(name, name === flawed ? flaw : "");
  };
}

/** Creates an account with what uses roles: a service with a deployment group, a pipeline, a rule and an image. */
export async function prepareRoles(simulator: TestSimulator) {
  const { aws } = simulator;
  const makeRoles = roleMaker(simulator);
  const pipelines = await preparePipelines(simulator);
  await makeRoles();
  const delivery = await createDelivery(simulator, testListenerPortOffset());
  await createAlarm(aws, "ignore");
  await aws.codedeploy.updateDeploymentGroup({
    applicationName: "outside",
    currentDeploymentGroupName: "web",
    alarmConfiguration: { enabled: true, alarms: [{ name: "errors" }] },
    autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE"] },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 0 },
      deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
    },
  });
  await pushProgram(simulator, delivery.repositoryUri, webProgram);
  const image = `${delivery.repositoryUri}:latest`;
  const { ARN = "" } = await aws.secretsmanager.createSecret({ Name: "password", SecretString: "x" });
  await pipelines.putFiles({
    "taskdef-web.json": JSON.stringify(webTaskDefinition("<IMAGE1_NAME>")),
    "appspec-web.yaml": appSpecFile,
  });
  const source = deliveryActions("web", "outside", "web");
  await aws.codepipeline.createPipeline({
    pipeline: {
      name: "web",
      roleArn: roleArn("PipelineRole"),
      artifactStore: { type: "S3", location: pipelines.bucket },
      stages: [stage("Source", files, source.image), stage("Deploy", source.deploy)],
    },
  });
  const active: DeploymentStatus[] = ["Created", "Queued", "InProgress", "Ready"];
  /** Resolves when no deployment and no rollback is in progress. */
  const settle = () =>
    simulator.clock.until(
      async () =>
        (await aws.codedeploy.listDeployments({ includeOnlyStatuses: active })).deployments?.length === 0,
    );
  const [first] = await pipelines.ids("web");
  await simulator.clock.until(async () => (await pipelines.statusOf("web", first)) !== "InProgress");
  const { services } = await aws.ecs.describeServices({ cluster: "outside", services: ["web"] });
  const networkConfiguration = services?.[0]?.networkConfiguration;
  return { makeRoles, pipelines, delivery, image, secret: ARN, networkConfiguration, settle };
}
