import {
  type ContainerDefinition,
  type ContainerOverride,
  DescribeTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { Failure } from "../../core/failure.ts";
import { type Finding, hasFaults, refuseFindings, refuseWith } from "../../core/findings.ts";
import { beforeChanges, readBeforeChanges, retryOutages } from "../../core/outage-tolerance.ts";
import type { EcsContext } from "../../ecs/context.ts";
import { logStreamOf } from "../../ecs/log-tail.ts";
import { findingsOf } from "../../ecs/network/task-ways.ts";
import { settleRevision, shortRevision } from "../../ecs/revision.ts";
import { readTaskDefinition } from "../../ecs/task-definition-file.ts";
import { followToEnd } from "./follow-to-end.ts";
import type { RunInputs } from "./inputs.ts";
import { findWays, type RunContext, withOverrides } from "./network.ts";
import { type RunRecord, taskId } from "./record.ts";
import { findPlacement, overridesOf, startTask } from "./start.ts";
import { createTaskLog } from "./task-log.ts";

/** Verifies, registers, starts, follows, and checks the outcome. */
export async function run(context: RunContext, inputs: RunInputs, record: RunRecord): Promise<void> {
  const deadlineAt = context.clock.now() + inputs.deadlineMs;
  const firstContact = true;
  const definition = await readBeforeChanges(context, () => findDefinition(context, inputs), {
    firstContact,
  });
  // When there is a fault to report already, an outage is not waited for.
  const place = () => findPlacement(context, inputs);
  const placed = hasFaults(definition.findings) ? place() : retryOutages(context, place, { firstContact });
  const placement = await beforeChanges(
    placed.catch((error: Error) => refuseWith(definition.findings, context.log, error)),
  );
  const { container, findings } = chooseContainer(definition.containers, inputs.container);
  const unknown = unknownOverrides(definition.containers, inputs.containerOverrides ?? []);
  const running = withOverrides(definition.containers, overridesOf(inputs, container?.name ?? ""));
  const readNetwork = () => findWays(context, placement, running);
  const network = findingsOf(await beforeChanges(readNetwork()));
  refuseFindings([...definition.findings, ...findings, ...unknown, ...network], context.log);

  record.container = container?.name ?? "";
  record.logGroup = logStreamOf(container, "")?.logGroupName ?? "";
  record.revision = await retryOutages(context, () => definition.settle());
  record.taskArn = await startTask(context, inputs, { ...record, placement });
  context.log.info(`Started task ${taskId(record)} of ${shortRevision(record.revision)}.`);
  const log = createTaskLog(context, container, taskId(record));
  record.logLines = log.tail;
  const startedAt = context.clock.now();
  await followToEnd({
    context,
    inputs,
    record,
    log,
    startedAt,
    deadlineAt,
    containers: definition.containers,
    readNetwork,
  });
}

/** Returns the given container, else the first essential one; ECS treats containers as essential by default. */
function chooseContainer(
  containers: readonly ContainerDefinition[],
  name: string | undefined,
): { container: ContainerDefinition | undefined; findings: Finding[] } {
  if (name === undefined)
    return { container: containers.find(({ essential }) => essential !== false), findings: [] };
  const container = containers.find((candidate) => candidate.name === name);
  if (container || containers.length === 0) return { container, findings: [] };
  return { container, findings: [noContainer(containers, name, "container")] };
}

/** Returns a finding for each override of a container that the task definition does not have. */
function unknownOverrides(
  containers: readonly ContainerDefinition[],
  overrides: readonly ContainerOverride[],
): Finding[] {
  const names = overrides.map(({ name = "" }) => name);
  const unknown = names.filter((name) => !containers.some((container) => container.name === name));
  return containers.length === 0
    ? []
    : unknown.map((name) => noContainer(containers, name, "run-task-container-overrides"));
}

function noContainer(containers: readonly ContainerDefinition[], name: string, input: string): Finding {
  const names = containers.map((candidate) => candidate.name).join(", ");
  return {
    text: `the task definition does not have the container ${name} (input ${input}); it has: ${names}`,
  };
}

interface Definition {
  readonly containers: readonly ContainerDefinition[];
  readonly findings: readonly Finding[];
  /** Returns the ARN of the revision to run; a new one is registered only here. */
  settle(): Promise<string>;
}

/** Reads the file, or the registered revision. */
async function findDefinition(
  context: EcsContext,
  { taskDefinition: source, rules }: Pick<RunInputs, "taskDefinition" | "rules">,
): Promise<Definition> {
  if ("reference" in source) return describeRevision(context, source.reference);
  const { taskDefinition, findings } = await readTaskDefinition(source.file, context.log, rules);
  return {
    containers: taskDefinition?.containerDefinitions ?? [],
    findings,
    settle: async () => {
      if (!taskDefinition) throw new Error("settle is called once nothing was found wrong");
      return settleRevision(context, taskDefinition);
    },
  };
}

async function describeRevision(context: EcsContext, reference: string): Promise<Definition> {
  const { taskDefinition = {} } = await describe(context, reference);
  const { status, containerDefinitions: containers = [], taskDefinitionArn = "" } = taskDefinition;
  const findings = status === "ACTIVE" ? [] : [{ text: `Task definition ${reference} is ${status}` }];
  return { containers, findings, settle: async () => taskDefinitionArn };
}

async function describe(context: EcsContext, taskDefinition: string) {
  const command = new DescribeTaskDefinitionCommand({ taskDefinition });
  try {
    return await context.clients.ecs.send(command, { abortSignal: context.signal });
  } catch (error) {
    // ECS's response for a missing task definition: "Unable to describe task definition."
    if ((error as Error).name !== "ClientException") throw error;
    throw new Failure(`Task definition ${taskDefinition} does not exist in this account and region`, {
      nextStep: "check the input task-definition, and the region; nothing was changed.",
      cause: error,
    });
  }
}
