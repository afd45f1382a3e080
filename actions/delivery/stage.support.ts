import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { RDSClient } from "@aws-sdk/client-rds";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import type { Simulator } from "@ecs-delivery/simulator";
import { createDelivery } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import { webLogs, webTaskDefinition, webVersion } from "@ecs-delivery/simulator/outside-clients/web.support";
import { type Program, webProgram } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import type { Aws } from "@ecs-delivery/simulator/services/api";
import {
  startRealSimulator,
  startTestSimulator,
  type TestSimulator,
  testListenerPortOffset,
} from "@ecs-delivery/simulator/test-simulator.support";
import type { Failure } from "../core/failure.ts";
import { retryStrategy } from "../core/prompt-retries.support.ts";
import { pushImage } from "../core/push-image.support.ts";
import type { DeliveryContext } from "./context.ts";
import { deploy } from "./deploy.ts";
import { deployInputs } from "./deployment/virtual-run.support.ts";
import type { DeployInputs } from "./inputs.ts";
import type { Run } from "./order/run.ts";
import { DeploymentRecord } from "./record.ts";

/** `webProgram` as a program that `node` runs. */
const server = `
import { createServer } from "node:http";
const version = process.env.VERSION;
if (version === "crash") throw new Error("cannot read the menu");
createServer((request, response) => response.end(version)).listen(8080);
process.on("SIGTERM", () => process.exit(0));
`;

export type Stage = Awaited<ReturnType<typeof stageOn>>;

interface Deploying {
  /** Changes of the task definition. */
  readonly definition?: object;
  readonly run?: Run | undefined;
  readonly record?: DeploymentRecord;
}

/** Creates a simulated account with a load-balanced service, its deployment group and an image, in virtual time. */
export const createStage = async (simulator?: TestSimulator) =>
  createStageIn(simulator ?? (await startTestSimulator()), webProgram);

/** Creates the same with tasks that are processes, in accelerated real time. */
export const createRealStage = async () => createStageIn(await startRealSimulator(), server);

async function createStageIn(simulator: TestSimulator, program: string | Program) {
  const { productionUrl } = await createDelivery(simulator, testListenerPortOffset());
  return stageOn({ simulator, productionUrl, cluster: "outside", program });
}

const outside = { codeDeployApplication: "outside", codeDeployDeploymentGroup: "web" };

interface Parts {
  readonly simulator: TestSimulator;
  readonly productionUrl: string;
  readonly cluster: string;
  /** Program of the image; by default it responds with its version. */
  readonly program?: string | Program;
}

/** Creates a stage on a simulated account that already has the cluster, its service "web" and a repository "web". */
export async function stageOn({ simulator, productionUrl, cluster, program = server }: Parts) {
  const clients = clientsOf(simulator);
  const folder = await mkdtemp(join(tmpdir(), "deploy-test-"));
  const image = await pushImage(simulator, folder, program);
  await simulator.aws.iam.createRole({
    RoleName: "execution",
    AssumeRolePolicyDocument: JSON.stringify(trustOfTasks),
  });
  /** Returns the path of a task definition whose tasks respond with this version. */
  const taskDefinition = async (version: string, changes: object = {}) => {
    const file = join(folder, `taskdef-${version}.json`);
    await writeFile(
      file,
      JSON.stringify({ ...webTaskDefinition(image, { ...webVersion(version), ...webLogs }), ...changes }),
    );
    return file;
  };
  const contextUntil = (signal = new AbortController().signal) => contextOf(simulator, clients, signal);
  const inputs = (file: string, changes?: Partial<DeployInputs>) =>
    deployInputs(file, { cluster, ...outside, maxFailedTasks: 2, settleMs: undefined, ...changes });
  return {
    simulator,
    folder,
    image,
    productionUrl,
    taskDefinition,
    context: contextUntil,
    inputs,
    /** Deploys a task definition whose tasks respond with this version, and resolves however that ends. */
    async deploy(
      version: string,
      changes: Partial<DeployInputs> = {},
      { definition, run, record = new DeploymentRecord(cluster, "web") }: Deploying = {},
    ) {
      const context = { ...contextUntil(), run };
      record.startedAt = context.clock.now();
      const deploying = deploy(context, inputs(await taskDefinition(version, definition), changes), record);
      const error = await deploying.then(
        () => undefined,
        (reason: Failure) => reason,
      );
      return { record, error, lines: context.lines.join("\n"), warnings: context.warnings };
    },
    /** Returns the response behind the load balancer. */
    page: async () => (await fetch(productionUrl)).text(),
    close: async () => {
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Reads a tag of the service. */
export async function readTag(stage: Stage, tag: string): Promise<string | undefined> {
  const { cluster } = stage.inputs("");
  const query = { cluster, services: ["web"], include: ["TAGS" as const] };
  const { services } = await stage.simulator.aws.ecs.describeServices(query);
  return services?.[0]?.tags?.find(({ key }) => key === tag)?.value;
}

/** The longest bake that ECS allows: deployments stay in progress until somebody ends them. */
export const longestWaitMinutes = 1440;

/** Creates the same in virtual time, with a deployment group that keeps the old tasks for this long. */
export async function createWaitingStage() {
  const stage = await createStage();
  await keepOldTasks(stage.simulator);
  return stage;
}

/** Setting of a deployment group: how long a deployment keeps the old tasks, and stays in progress, after the shift. */
export const keepingOldTasks = (terminationWaitTimeInMinutes: number, waitTimeInMinutes = 0) =>
  ({
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes },
      deploymentReadyOption: {
        actionOnTimeout: waitTimeInMinutes > 0 ? "STOP_DEPLOYMENT" : "CONTINUE_DEPLOYMENT",
        waitTimeInMinutes,
      },
    },
  }) as const;

/** Creates the same in virtual time; a deployment waits for this long until somebody lets its traffic shift. */
export async function createGatedStage(minutes: number) {
  const stage = await createStage();
  await updateGroup(stage.simulator, keepingOldTasks(1, minutes));
  return stage;
}

/** Keeps CodeDeploy's deployments of `web` in progress until somebody ends them. */
export const keepOldTasks = (simulator: Simulator) =>
  updateGroup(simulator, keepingOldTasks(longestWaitMinutes));

async function updateGroup({ aws }: Simulator, settings: ReturnType<typeof keepingOldTasks>): Promise<void> {
  const group = { applicationName: "outside", currentDeploymentGroupName: "web" };
  await aws.codedeploy.updateDeploymentGroup({ ...group, ...settings });
}

/** Deploys a revision to `web` with CodeDeploy, as another person would. */
export async function deployOutside({ codedeploy }: Aws, TaskDefinition: string | undefined): Promise<void> {
  const LoadBalancerInfo = { ContainerName: "web", ContainerPort: 8080 };
  const Properties = { TaskDefinition, LoadBalancerInfo };
  const Resources = [{ TargetService: { Type: "AWS::ECS::Service", Properties } }];
  await codedeploy.createDeployment({
    applicationName: "outside",
    deploymentGroupName: "web",
    revision: {
      revisionType: "AppSpecContent",
      appSpecContent: { content: JSON.stringify({ version: 0, Resources }) },
    },
  });
}

/** A role's trust policy that allows a service to assume it. */
export const trustOf = (Service: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
});
export const trustOfTasks = trustOf("ecs-tasks.amazonaws.com");

function contextOf({ clock }: TestSimulator, clients: DeliveryContext["clients"], signal: AbortSignal) {
  const lines: string[] = [];
  const warnings: string[] = [];
  const write = (line: string) => void lines.push(line);
  const warning = (line: string) => {
    write(line);
    warnings.push(line);
  };
  return {
    lines,
    warnings,
    clock: clock.foreground,
    log: { info: write, notice: write, warning },
    signal,
    run: undefined,
    keepForPost: () => {},
    clients,
  };
}

/** Creates the clients once per stage, so that they keep their connections. */
export function clientsOf({ clientConfig }: Simulator): DeliveryContext["clients"] {
  const config = { ...clientConfig, retryStrategy };
  const [logs, elbv2] = [new CloudWatchLogsClient(config), new ElasticLoadBalancingV2Client(config)];
  const [ecr, iam] = [new ECRClient(config), new IAMClient(config)];
  const [secretsManager, cloudwatch] = [new SecretsManagerClient(config), new CloudWatchClient(config)];
  const [ssm, sts] = [new SSMClient(config), new STSClient(config)];
  const [events, scheduler] = [new EventBridgeClient(config), new SchedulerClient(config)];
  const [ec2, rds] = [new EC2Client(config), new RDSClient(config)];
  return {
    ecs: new ECSClient(config),
    codedeploy: new CodeDeployClient(config),
    ec2: async () => ec2,
    rds: async () => rds,
    ssm: async () => ssm,
    sts: async () => sts,
    logs: async () => logs,
    elbv2: async () => elbv2,
    ecr: async () => ecr,
    iam: async () => iam,
    secretsManager: async () => secretsManager,
    cloudwatch: async () => cloudwatch,
    events: async () => events,
    scheduler: async () => scheduler,
  };
}
