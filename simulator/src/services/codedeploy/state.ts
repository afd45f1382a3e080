import { randomBytes } from "node:crypto";
import type {
  AutoRollbackConfiguration,
  BlueGreenDeploymentConfiguration,
  DeploymentConfigInfo,
  DeploymentCreator,
  DeploymentGroupInfo,
  DeploymentStatus,
  DeploymentStyle,
  DeploymentWaitType,
  ECSTaskSet,
  ErrorInformation,
  LifecycleEvent,
  LifecycleEventStatus,
  LoadBalancerInfo,
  RevisionLocation,
  RollbackInfo,
  TargetStatus,
} from "@aws-sdk/client-codedeploy";
import { AwsError } from "../../kit/errors.ts";
import { page as pageOf } from "../../kit/page.ts";

export interface Application {
  readonly id: string;
  readonly name: string;
  readonly createTime: Date;
  readonly groups: Map<string, Group>;
  readonly tags: Map<string, string>;
}

/** Settings of a group for deployments of ECS, complete with defaults. */
export interface GroupSettings {
  readonly serviceRoleArn: string;
  readonly configName: string;
  readonly style: DeploymentStyle;
  readonly blueGreen: BlueGreenDeploymentConfiguration;
  readonly loadBalancer: LoadBalancerInfo;
  readonly service: { readonly clusterName: string; readonly serviceName: string };
  readonly autoRollback: AutoRollbackConfiguration;
  readonly alarms: DeploymentGroupInfo["alarmConfiguration"];
}

export interface Group {
  readonly id: string;
  name: string;
  readonly tags: Map<string, string>;
  settings: GroupSettings;
  /** Newest last. */
  readonly deployments: Deployment[];
}

export interface Deployment {
  readonly id: string;
  readonly applicationName: string;
  readonly groupName: string;
  /** The group's settings when the deployment was created, with overrides of the request. */
  readonly settings: GroupSettings;
  /** Absent when a first deployment is rolled back: nothing was deployed before. */
  readonly revision?: RevisionLocation | undefined;
  readonly previousRevision?: RevisionLocation | undefined;
  readonly description?: string | undefined;
  readonly creator: DeploymentCreator;
  readonly createTime: Date;
  startTime?: Date;
  completeTime?: Date;
  status: DeploymentStatus;
  error?: ErrorInformation;
  rollbackInfo?: RollbackInfo;
  readonly target: Target;
  terminationWaitStarted: boolean;
  /** Set while the deployment waits for a request, or for the time to pass. */
  waiting?: { readonly type: DeploymentWaitType; readonly resume: () => void } | undefined;
  /** Aborted with a `StopRequest`, until the blue task set is being terminated. */
  readonly control: AbortController;
  terminatingBlue: boolean;
  /** Executions of its lifecycle event hooks, by id. */
  readonly hookExecutions: Map<string, HookExecution>;
}

/** Result that a function may report for an event. */
export type HookResult = Extract<LifecycleEventStatus, "Succeeded" | "Failed">;

export interface HookExecution {
  /** Undefined once the event is over, for any reason. */
  report?: ((result: HookResult) => void) | undefined;
}

interface Target {
  status: TargetStatus;
  updatedAt: Date;
  readonly events: LifecycleEvent[];
  blue?: ECSTaskSet;
  green?: ECSTaskSet;
}

export interface CodeDeployState {
  readonly applications: Map<string, Application>;
  /** By name: the built-in configurations and custom ones. */
  readonly configs: Map<string, DeploymentConfigInfo>;
  readonly deployments: Map<string, Deployment>;
}

export function createCodeDeployState(configs: ReadonlyMap<string, DeploymentConfigInfo>): CodeDeployState {
  return { applications: new Map(), configs: new Map(configs), deployments: new Map() };
}

/** Returns whether the status is final. */
export function isOver({ status }: Deployment): boolean {
  return status === "Succeeded" || status === "Failed" || status === "Stopped";
}

interface NewDeployment {
  readonly applicationName: string;
  readonly settings: GroupSettings;
  readonly revision: RevisionLocation | undefined;
  readonly description?: string | undefined;
  readonly creator: DeploymentCreator;
  readonly now: Date;
}

export function addDeployment(state: CodeDeployState, group: Group, input: NewDeployment): Deployment {
  const { now, ...given } = input;
  const deployment: Deployment = {
    ...given,
    id: newDeploymentId(),
    groupName: group.name,
    previousRevision: group.deployments.findLast(({ status }) => status === "Succeeded")?.revision,
    createTime: now,
    status: "Created",
    target: { status: "Pending", updatedAt: now, events: [] },
    terminationWaitStarted: false,
    terminatingBlue: false,
    hookExecutions: new Map(),
    control: new AbortController(),
  };
  group.deployments.push(deployment);
  state.deployments.set(deployment.id, deployment);
  return deployment;
}

/** `d-` and nine capitals or digits, as CodeDeploy's ids are. */
function newDeploymentId(): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return `d-${[...randomBytes(9)].map((byte) => alphabet[byte % alphabet.length]).join("")}`;
}

export function findApplication(state: CodeDeployState, name: string | undefined): Application {
  if (!name) throw new AwsError("ApplicationNameRequiredException", "Application name must be specified.");
  const application = state.applications.get(name);
  if (!application)
    throw new AwsError("ApplicationDoesNotExistException", `No application found for name: ${name}`);
  return application;
}

export function findGroup(application: Application, name: string | undefined): Group {
  if (!name)
    throw new AwsError("DeploymentGroupNameRequiredException", "Deployment Group name must be specified.");
  const group = application.groups.get(name);
  if (!group)
    throw new AwsError("DeploymentGroupDoesNotExistException", `No Deployment Group found for name: ${name}`);
  return group;
}

export function findDeployment(state: CodeDeployState, id: string | undefined): Deployment {
  if (!id) throw new AwsError("DeploymentIdRequiredException", "A deployment ID must be specified.");
  if (!/^d-[A-Z0-9]+$/.test(id))
    throw new AwsError(
      "InvalidDeploymentIdException",
      `Specified DeploymentId is not in the valid format: ${id}`,
    );
  const deployment = state.deployments.get(id);
  if (!deployment)
    throw new AwsError("DeploymentDoesNotExistException", `The deployment ${id} could not be found`);
  return deployment;
}

export function findConfig(state: CodeDeployState, name: string | undefined): DeploymentConfigInfo {
  const config = state.configs.get(name ?? "");
  if (config) return config;
  const known = [...state.configs.keys()].join(", ");
  throw new AwsError(
    "DeploymentConfigDoesNotExistException",
    `No deployment configuration found for name: ${name}. There are: ${known}.`,
  );
}

/** For members that the simulator would otherwise ignore. */
export const unsupported = "InvalidInputException";

/** Page size of the list calls. Source: CodeDeploy API reference. */
const pageSize = 100;

export function page<Item>(all: readonly Item[], token: string | undefined) {
  const { items, next } = pageOf(all, { size: pageSize, token, code: "InvalidNextTokenException" });
  return { items, nextToken: next };
}
