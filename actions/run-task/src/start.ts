import { randomUUID } from "node:crypto";
import {
  type ContainerOverride,
  type Failure as EcsFailure,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Service,
  type TaskSet,
} from "@aws-sdk/client-ecs";
import { Failure } from "../../core/failure.ts";
import { retryOutages } from "../../core/outage-tolerance.ts";
import type { EcsContext } from "../../ecs/context.ts";
import { findService } from "../../ecs/service.ts";
import type { RunInputs } from "./inputs.ts";

interface Order {
  readonly revision: string;
  readonly container: string;
  readonly placement: Placement;
}

/** Starts the task and returns its ARN; a Failure says why ECS started none. */
export async function startTask(
  context: EcsContext,
  inputs: RunInputs,
  { revision, container, placement }: Order,
): Promise<string> {
  context.signal.throwIfAborted();
  // The token is the same for each try: ECS repeats a lost response, and starts no second task.
  const request = { clientToken: randomUUID(), ...requestOf(inputs, { revision, container, placement }) };
  const command = new RunTaskCommand(request);
  // Not abortable: a discarded response would leave a task that is not followed.
  const { tasks = [], failures = [] } = await retryOutages(context, () =>
    context.clients.ecs.send(command),
  ).catch(explainRefusal(inputs));
  const arn = tasks[0]?.taskArn;
  if (!arn) throw explainFailures(failures);
  return arn;
}

/** Returns RunTask's own members for the task. */
function requestOf(inputs: RunInputs, { revision, container, placement }: Order): RunTaskCommandInput {
  const { tags = [], volumes = [], enableEcsManagedTags: enableECSManagedTags } = inputs;
  const containerOverrides = overridesOf(inputs, container);
  return {
    cluster: inputs.cluster,
    taskDefinition: revision,
    count: 1,
    startedBy: inputs.startedBy ?? describeStarter(process.env),
    ...placement,
    ...(containerOverrides.length > 0 && { overrides: { containerOverrides } }),
    ...(tags.length > 0 && { tags: [...tags] }),
    ...(volumes.length > 0 && { volumeConfigurations: [...volumes] }),
    ...(enableECSManagedTags !== undefined && { enableECSManagedTags }),
  };
}

/** Returns the input's overrides, with command and environment of the chosen container. */
export function overridesOf(inputs: RunInputs, name: string): ContainerOverride[] {
  const environment = [...inputs.environment].map(([key, value]) => ({ name: key, value }));
  const overrides = [...(inputs.containerOverrides ?? [])];
  if (inputs.command.length === 0 && environment.length === 0) return overrides;
  const given = overrides.find((override) => override.name === name);
  const before = given?.environment?.filter((item) => !inputs.environment.has(item.name ?? "")) ?? [];
  const override = {
    ...given,
    name,
    ...(inputs.command.length > 0 && { command: [...inputs.command] }),
    ...(environment.length > 0 && { environment: [...before, ...environment] }),
  };
  return [...overrides.filter((each) => each !== given), override];
}

/** The longest value that RunTask accepts, of letters, digits, `-`, `_` and `/` (API reference, startedBy). */
const startedByLength = 128;

/** Describes who runs the task, for readers in AWS: `github/<owner>/<repository>/runs/<id>`. */
function describeStarter({ GITHUB_REPOSITORY, GITHUB_RUN_ID }: NodeJS.ProcessEnv): string {
  if (!GITHUB_REPOSITORY) return "run-task";
  const run = `/runs/${GITHUB_RUN_ID ?? "0"}`;
  const repository = `github/${GITHUB_REPOSITORY}`.replace(/[^\w/-]/g, "-");
  return repository.slice(0, startedByLength - run.length) + run;
}

/** Errors of RunTask that the caller's input causes (API reference, RunTask). */
const refusals = [
  "ClientException",
  "InvalidParameterException",
  "PlatformTaskDefinitionIncompatibilityException",
  "PlatformUnknownException",
  "UnsupportedFeatureException",
];

function explainRefusal({ cluster }: RunInputs): (error: Error) => never {
  return (cause) => {
    if (cause.name === "ClusterNotFoundException")
      throw new Failure(`ECS cluster ${cluster} does not exist in this account and region`, {
        nextStep: "check the input cluster, and the region; no task was started.",
        cause,
      });
    if (!refusals.includes(cause.name)) throw cause;
    throw new Failure(`ECS rejects the task: ${cause.message}`, {
      nextStep: "correct this in the step's inputs or the task definition; no task was started.",
      cause,
    });
  };
}

// Reasons from "API failure reasons" of the ECS developer guide.
const knownReasons: readonly { pattern: RegExp; nextStep: string }[] = [
  {
    pattern: /^RESOURCE:|capacity is unavailable|no container instances/i,
    nextStep: "run the job again later, or use other subnets, another size or another capacity provider.",
  },
  {
    pattern: /^(ATTRIBUTE|LOCATION)/i,
    nextStep: "check requiresAttributes, placement constraints and the platform: no container instance fits.",
  },
  { pattern: /^AGENT/i, nextStep: "check the container instance: its agent is not connected." },
  {
    pattern: /^INACTIVE/i,
    nextStep: "use another cluster: this one or its container instances are being removed.",
  },
];

/** Returns the Failure for a response of RunTask without a task. */
function explainFailures(failures: readonly EcsFailure[]): Failure {
  const reasons = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(": "));
  const text = [...new Set(reasons)].join("; ") || "no reason given";
  const known = knownReasons.find(({ pattern }) => reasons.some((reason) => pattern.test(reason)));
  return new Failure(`ECS could not place the task: ${text}`, {
    nextStep: known?.nextStep ?? "check the cluster in the ECS console; no task was started.",
  });
}

type Placement = Pick<
  RunTaskCommandInput,
  "launchType" | "capacityProviderStrategy" | "platformVersion" | "networkConfiguration"
>;

/** Finds where the task runs, as RunTask's own members. */
export async function findPlacement(
  context: EcsContext,
  { cluster, placement }: Pick<RunInputs, "cluster" | "placement">,
): Promise<Placement> {
  if (!placement.service) return placementFrom(placement, { launchType: "FARGATE" });
  const { service, primary } = await findService(context, { cluster, service: placement.service });
  return placementFrom(placement, placementOf(service, primary));
}

/** Returns the service's placement with what the inputs give instead. */
function placementFrom(given: RunInputs["placement"], { networkConfiguration, ...service }: Placement) {
  const { launchType, capacityProviderStrategy, subnets, securityGroups, assignPublicIp } = given;
  const awsvpcConfiguration = {
    subnets: [],
    ...networkConfiguration?.awsvpcConfiguration,
    ...(subnets && { subnets: [...subnets] }),
    ...(securityGroups && { securityGroups: [...securityGroups] }),
    ...(assignPublicIp && { assignPublicIp }),
  };
  // A platform version is one of Fargate.
  const { platformVersion } = launchType === undefined || launchType === "FARGATE" ? service : {};
  const placement: Placement = launchType
    ? { launchType, ...(platformVersion && { platformVersion }) }
    : service;
  return {
    ...(capacityProviderStrategy ? { capacityProviderStrategy: [...capacityProviderStrategy] } : placement),
    ...(awsvpcConfiguration.subnets.length > 0 && { networkConfiguration: { awsvpcConfiguration } }),
  };
}

/**
 * Returns the placement of the service, or of its primary task set. RunTask refuses a launch type together with
 * capacity providers.
 */
function placementOf(service: Service, primary: TaskSet | undefined): Placement {
  const source = primary ?? service;
  const providers = source.capacityProviderStrategy ?? [];
  const { launchType, platformVersion } = source;
  const networkConfiguration = source.networkConfiguration ?? service.networkConfiguration;
  return {
    ...(providers.length > 0 ? { capacityProviderStrategy: providers } : launchType && { launchType }),
    ...(platformVersion && { platformVersion }),
    ...(networkConfiguration && { networkConfiguration }),
  };
}
