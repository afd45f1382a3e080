import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient, type Service } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { Failure } from "../../core/failure.ts";
import { createFakeAws, fakeConfig, named } from "../../core/fake-aws.support.ts";
import type { DeliveryContext } from "../context.ts";
import { deploy } from "../deploy.ts";
import type { Handle, Snapshot } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import type { Run } from "../order/run.ts";
import { DeploymentRecord } from "../record.ts";

export const minute = 60_000;

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
export const serviceArn = arn("ecs", "service/c/web");
export const deploymentArn = (id: string) => arn("ecs", `service-deployment/c/web/${id}`);

/** A service deployment in ECS's list, created that many seconds after the epoch. */
export const briefOf = (id: string, parts: object = {}) => ({
  serviceDeploymentArn: deploymentArn(id),
  targetServiceRevisionArn: `revision-of-${id}`,
  status: "SUCCESSFUL",
  createdAt: new Date(Number(id.slice(2)) * 1_000),
  ...parts,
});

export const status = (name: string) => ({ deploymentInfo: { status: name } });

export const denied = (action: string, resource = "*") =>
  named(
    "AccessDeniedException",
    `User: arn:x is not authorized to perform: ${action} on resource: ${resource}`,
  );

type Controller = "ECS" | "CODE_DEPLOY" | "EXTERNAL";

interface Counts extends Service {
  readonly running?: number;
  readonly desired?: number;
}

function serviceOf(type: Controller, taskDefinition: string, counts: Counts): Service {
  const { running: runningCount = 1, desired: desiredCount = 1, ...parts } = counts;
  const primary = { status: "PRIMARY", taskDefinition, runningCount };
  const targetGroupArn = arn("elasticloadbalancing", "targetgroup/blue/1");
  const loadBalancers = [{ targetGroupArn, containerName: "web", containerPort: 8080 }];
  return {
    serviceArn,
    clusterArn: "c",
    serviceName: "web",
    status: "ACTIVE",
    desiredCount,
    taskDefinition,
    deploymentController: { type },
    ...(type === "ECS"
      ? { deployments: [{ ...primary, desiredCount }] }
      : { taskSets: [{ ...primary, computedDesiredCount: desiredCount, loadBalancers }] }),
    ...parts,
  };
}

const groupInfo = {
  computePlatform: "ECS",
  ecsServices: [{ clusterName: "c", serviceName: "web" }],
  loadBalancerInfo: {
    targetGroupPairInfoList: [
      {
        prodTrafficRoute: { listenerArns: [arn("elasticloadbalancing", "listener/app/web/1/1")] },
        targetGroups: [{ name: "blue" }, { name: "green" }],
      },
    ],
  },
};

const container = (image: string) => ({
  name: "web",
  image,
  memory: 256,
  portMappings: [{ containerPort: 8080, protocol: "tcp" as const }],
});

/** Responses to an update of ECS and to a new deployment of CodeDeploy. */
const created = {
  CreateDeployment: { deploymentId: "d-1" },
  UpdateService: {
    service: {
      currentServiceDeployment: deploymentArn("d-2"),
      deployments: [{ status: "PRIMARY", id: "ecs-svc/2" }],
    },
  },
};

/** Responses of an AWS that deploys web:2 without errors, next to those that show what production runs. */
const answersOfAws = {
  DescribeTaskDefinition: {
    taskDefinition: { family: "web", containerDefinitions: [container("x/web:1")] },
  },
  RegisterTaskDefinition: { taskDefinition: { taskDefinitionArn: "web:2" } },
  ListTasks: { taskArns: [] },
  TagResource: {},
  ListServiceDeployments: { serviceDeployments: [briefOf("d-1")] },
  DescribeServiceDeployments: { serviceDeployments: [{ status: "SUCCESSFUL" }] },
  DescribeServiceRevisions: { serviceRevisions: [] },
  StopServiceDeployment: {},
  GetDeploymentGroup: { deploymentGroupInfo: groupInfo },
  ListDeployments: { deployments: [] },
  GetDeployment: status("Succeeded"),
  ListDeploymentTargets: { targetIds: ["c:web"] },
  GetDeploymentTarget: { deploymentTarget: { ecsTarget: {} } },
  StopDeployment: { status: "Pending" },
};

/**
 * Creates an account whose service `web` in the cluster `c` runs web:1, and an AWS that deploys web:2 at once and
 * without errors; ECR and the load balancer cannot be read. Time passes only by waiting.
 */
export function createVirtualAccount(controller: Controller) {
  const { answers, inputs, fake } = createFakeAws(denied("any:Thing"));
  const clients = clientsOf(fake);
  /** Sets what production runs from now on. */
  const runs = (taskDefinition: string, counts: Counts = {}) => {
    answers.DescribeServices = { services: [serviceOf(controller, taskDefinition, counts)] };
  };
  Object.assign(answers, answersOfAws);
  for (const [operation, answer] of Object.entries(created))
    answers[operation] = () => {
      runs("web:2");
      return answer;
    };
  runs("web:1");
  /** Time of the current run. */
  const clock = { now: () => 0 };

  /** Deploys web:2 with deploy-service's default inputs; `changes` counts the calls that register or deploy. */
  async function run(
    changes: Partial<DeployInputs> = {},
    by?: Run,
    record = new DeploymentRecord("c", "web"),
  ) {
    const folder = mkdtempSync(join(tmpdir(), "virtual-run-"));
    const file = join(folder, "web.json");
    writeFileSync(file, JSON.stringify({ family: "web", containerDefinitions: [container("x/web:2")] }));
    const { context, lines, handles } = contextOf(clients, by);
    clock.now = context.clock.now;
    const error = await deploy(context, deployInputs(file, changes), record).then(
      () => undefined,
      (reason: Failure) => reason,
    );
    rmSync(folder, { recursive: true });
    const changing = ["RegisterTaskDefinition", "UpdateService", "CreateDeployment"].flatMap(inputs);
    return { error, record, handles, lines, changes: changing.length, endedAt: context.clock.now() };
  }
  return {
    answers,
    inputs,
    runs,
    run,
    clock,
    context: () => contextOf(clients),
    /** From now on, a created deployment leaves production as it is. */
    keepProduction: () => void Object.assign(answers, created),
  };
}

function clientsOf(fake: ReturnType<typeof createFakeAws>["fake"]): DeliveryContext["clients"] {
  const [ecr, elbv2] = [fake(new ECRClient(fakeConfig)), fake(new ElasticLoadBalancingV2Client(fakeConfig))];
  const cloudwatch = fake(new CloudWatchClient(fakeConfig));
  const [events, scheduler] = [
    fake(new EventBridgeClient(fakeConfig)),
    fake(new SchedulerClient(fakeConfig)),
  ];
  const nothing = (what: string) => () => Promise.reject(new Error(`no ${what} here`));
  return {
    ecs: fake(new ECSClient(fakeConfig)),
    codedeploy: fake(new CodeDeployClient(fakeConfig)),
    ecr: async () => ecr,
    elbv2: async () => elbv2,
    logs: nothing("logs"),
    cloudwatch: async () => cloudwatch,
    ec2: nothing("networks"),
    rds: nothing("databases"),
    ssm: nothing("parameters"),
    iam: nothing("roles"),
    sts: nothing("caller"),
    secretsManager: nothing("secrets"),
    events: async () => events,
    scheduler: async () => scheduler,
  };
}

/** Creates a context whose time passes only by waiting; keeps what is logged and saved for the post step. */
function contextOf(clients: DeliveryContext["clients"], run?: Run) {
  let now = 0;
  const lines: string[] = [];
  const handles: (Handle | undefined)[] = [];
  const write = (line: string) => void lines.push(line);
  const context: DeliveryContext = {
    clients,
    clock: {
      now: () => now,
      wait: async (ms, signal) => {
        signal?.throwIfAborted();
        now += ms;
      },
    },
    log: { info: write, notice: write, warning: write },
    signal: new AbortController().signal,
    run,
    keepForPost: (handle) => void handles.push(handle),
  };
  return { context, lines, handles };
}

/** Returns deploy-service's default inputs for the service `web` in the cluster `c`. */
export function deployInputs(file: string, changes: Partial<DeployInputs> = {}): DeployInputs {
  return {
    cluster: "c",
    service: "web",
    source: { file },
    mode: "apply",
    appSpecFile: undefined,
    codeDeployApplication: "AppECS-c-web",
    codeDeployDeploymentGroup: "DgpECS-c-web",
    desiredCount: undefined,
    force: false,
    rollbackOnAlarm: [],
    waitUntil: "complete",
    deadlineMs: undefined,
    maxFailedTasks: 3,
    settleMs: 0,
    onCancel: "rollback",
    ...changes,
  };
}

/** Returns a deployment in progress of which nothing else is known. */
export const snapshot = (parts: Partial<Snapshot>): Snapshot => ({
  status: "IN_PROGRESS",
  ended: undefined,
  stage: "started",
  events: [],
  traffic: undefined,
  progress: undefined,
  near: "started",
  quietUntil: undefined,
  createdAt: undefined,
  reason: undefined,
  triggeredAlarms: [],
  aftermath: "",
  startedBy: undefined,
  failedTasks: 0,
  ...parts,
});

/** Run 12 of a workflow that deploys. */
export const runEnvironment = {
  GITHUB_REPOSITORY: "octocat/shop",
  GITHUB_WORKFLOW_REF: "octocat/shop/.github/workflows/deploy.yml@refs/heads/main",
  GITHUB_RUN_NUMBER: "12",
  GITHUB_RUN_ID: "987",
  GITHUB_RUN_ATTEMPT: "1",
};
