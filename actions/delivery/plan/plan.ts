import { DescribeTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { type Finding, fault } from "../../core/findings.ts";
import {
  inspectTaskDefinition,
  type ReadingRules,
  type TaskDefinitionInput,
} from "../../core/task-definition.ts";
import { diffTaskDefinitions } from "../../core/task-definition-diff.ts";
import {
  describeRevision,
  diffRevision,
  type RegisteredRevision,
  shortRevision,
} from "../../ecs/revision.ts";
import type { RunningService } from "../../ecs/service.ts";
import { readTaskDefinition } from "../../ecs/task-definition-file.ts";
import type { DeliveryContext } from "../context.ts";
import type { RevisionSource } from "../inputs.ts";
import type { ImageChange, Plan } from "../record.ts";
import { beginChecking } from "../verify/checking.ts";

/** The revision to deploy, read but not yet registered. */
export interface WantedRevision {
  /** Is undefined when something is wrong with it. */
  readonly taskDefinition: TaskDefinitionInput | undefined;
  readonly findings: Finding[];
  /** ARN of a registered revision that is used as it is. */
  readonly arn: string | undefined;
}

/** Reads the file, or the registered revision. */
export async function findRevision(
  context: DeliveryContext,
  source: RevisionSource,
  rules: ReadingRules | undefined,
): Promise<WantedRevision> {
  if ("revision" in source) return describeRegistered(context, source.revision);
  return { ...(await readTaskDefinition(source.file, context.log, rules)), arn: undefined };
}

async function describeRegistered(context: DeliveryContext, revision: string): Promise<WantedRevision> {
  const nothing = (text: string) => ({ taskDefinition: undefined, findings: fault(text), arn: undefined });
  const command = new DescribeTaskDefinitionCommand({ taskDefinition: revision });
  try {
    const { taskDefinition = {} } = await context.clients.ecs.send(command, { abortSignal: context.signal });
    const { status, taskDefinitionArn: arn } = taskDefinition;
    if (status !== "ACTIVE") return nothing(`task definition ${revision} is ${status} (input revision)`);
    return { taskDefinition: inspectTaskDefinition(taskDefinition).taskDefinition, findings: [], arn };
  } catch (error) {
    // ECS's response for a missing revision: "Unable to describe task definition."
    if ((error as Error).name !== "ClientException") throw error;
    return nothing(`task definition ${revision} (input revision) does not exist in this account and region`);
  }
}

/** Compares with production, and finds a registered equal revision: production's own first. */
export async function planRevision(
  context: DeliveryContext,
  { taskDefinition, arn }: WantedRevision,
  service: RunningService,
): Promise<Omit<Plan, "serviceChanges"> | undefined> {
  if (!taskDefinition) return undefined;
  const { revision: inProduction } = service;
  const running = await describeRevision(context, inProduction);
  const changes = running ? diffRevision(running, taskDefinition) : diffTaskDefinitions({}, taskDefinition);
  const revision = arn ?? (await findEqual(context, taskDefinition, running, changes));
  const plan = { revision, revisionChanges: changes, images: [], imagesMoved: false };
  if (changes.length > 0) return { ...plan, images: imageChanges(running, taskDefinition) };
  if (revision !== inProduction) {
    const names = [inProduction, revision ?? "a new revision"].map(shortRevision).join(" → ");
    return { ...plan, revisionChanges: [`~ revision: ${names} (with the same content)`] };
  }
  const { findMovedImages } = await import("./moved-images.ts");
  const images = await findMovedImages(beginChecking(context, taskDefinition, service));
  return { ...plan, revisionChanges: images.map(movedLine), images, imagesMoved: images.length > 0 };
}

function movedLine({ container, before, after }: ImageChange): string {
  const [tag, from] = before.split("@");
  return `~ containerDefinitions[${container}].image: ${tag}, which was ${from} → ${after.split("@")[1]}`;
}

async function findEqual(
  context: DeliveryContext,
  wanted: TaskDefinitionInput,
  running: RegisteredRevision | undefined,
  changes: readonly string[],
): Promise<string | undefined> {
  const { status, taskDefinitionArn } = running?.taskDefinition ?? {};
  if (status === "ACTIVE" && changes.length === 0) return taskDefinitionArn;
  const latest = await describeRevision(context, wanted.family ?? "");
  return latest && diffRevision(latest, wanted).length === 0
    ? latest.taskDefinition?.taskDefinitionArn
    : undefined;
}

function imageChanges(running: RegisteredRevision | undefined, wanted: TaskDefinitionInput): ImageChange[] {
  const before = new Map(
    running?.taskDefinition?.containerDefinitions?.map(({ name, image }) => [name, image]),
  );
  return (wanted.containerDefinitions ?? []).flatMap(({ name = "", image = "" }) =>
    before.get(name) === image ? [] : [{ container: name, before: before.get(name) ?? "", after: image }],
  );
}

export function hasChanges({ revisionChanges, serviceChanges }: Plan): boolean {
  return revisionChanges.length + serviceChanges.length > 0;
}

/** Formats one line per difference; those of the service begin with `service.`. */
export function diffOf({ revisionChanges, serviceChanges }: Plan): string {
  return [...revisionChanges, ...serviceChanges].join("\n");
}

/** Lists the service's changes except its revision: the members that `after` has, compared with `before`. */
export function diffService(before: object, after: object): string[] {
  const named = Object.entries(before).filter(([key]) => key in after);
  return diffTaskDefinitions(Object.fromEntries(named), after).map((line) =>
    line.replace(/^([+~-]) /, "$1 service."),
  );
}
