import { randomUUID } from "node:crypto";
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { Environment } from "../../environment.ts";
import { lastPart } from "../../kit/last-part.ts";
import { type Destination, wayOut } from "../../networks/way-out.ts";
import { roleLists } from "../../permissions/role-lists.ts";
import { refusalOf } from "../../permissions/service-roles.ts";
import { parseReference } from "../../runtime/registry/registry-server.ts";
import file from "./agent-requests.json" with { type: "json" };
import type { EcsContext, TaskRecord } from "./state.ts";

/** A request of Fargate's agent. Its texts are ECS's reasons for stopping a task, with values in braces. */
interface AgentRequest {
  readonly to: Destination;
  readonly host: string;
  /** AWS time from the first attempt to the last one's end. */
  readonly giveUpMs: number;
  /** Reason if the network is closed. */
  readonly closed: string;
  /** Reason if the execution role does not permit it. */
  readonly denied?: string;
}

type Values = Readonly<Record<string, string>>;

const requests = file as unknown as Readonly<Record<keyof typeof file, AgentRequest>>;
const list = roleLists.execution;
/** The agent's attempts, as its messages count them. */
const attempts = 3;

/**
 * Rejects, with ECS's reason for stopping a task, if the network or the execution role does not permit the agent's first
 * two steps: reading secrets, and the login to ECR. A task without any way reports its secrets first, and the login when
 * it has an endpoint for them: five public records.
 */
export async function requireRetrieval(context: EcsContext, record: TaskRecord): Promise<void> {
  const containers = record.definition.containerDefinitions;
  // Behind the name are a key of the value, and a version.
  for (const { valueFrom = "" } of containers.flatMap(({ secrets = [] }) => secrets))
    await request(context, record, "readSecret", { secret: valueFrom.split(":").slice(0, 7).join(":") });
  if (containers.some(({ image }) => isOfEcr(context.environment, image)))
    await request(context, record, "logIn");
}

/** Rejects if the agent cannot reach an image's registry, or may not pull the manifest. */
export function requireManifest(
  context: EcsContext,
  record: TaskRecord,
  { image = "" }: ContainerDefinition,
): Promise<void> {
  const step = isOfEcr(context.environment, image) ? "pullManifest" : "pullElsewhere";
  return request(context, record, step, valuesOf(image));
}

/** Rejects if the agent cannot reach S3, which has the layers of ECR's images, or may not pull them. */
export async function requireLayers(
  context: EcsContext,
  record: TaskRecord,
  { image = "" }: ContainerDefinition,
): Promise<void> {
  if (isOfEcr(context.environment, image)) await request(context, record, "pullLayers", valuesOf(image));
}

function valuesOf(image: string): Values {
  const { host: registry, name: repository, ...more } = parseReference(image);
  return { registry, repository, ...more };
}

/** Returns whether an image is of ECR in this region: of the simulated registry, or by a real one's name. */
export function isOfEcr({ gateway, region }: Pick<Environment, "gateway" | "region">, image = ""): boolean {
  const [host = ""] = image.split("/");
  return host === `${gateway.host}:${gateway.port}` || host.endsWith(`.dkr.ecr.${region}.amazonaws.com`);
}

/** Where the driver awslogs of a container writes. */
interface LogPlace {
  readonly group: string;
  readonly stream: string;
  readonly createGroup: boolean;
}

/**
 * Rejects if the agent cannot or may not create the log stream, or its group. Returns whether lines may be written:
 * without this permission, the container runs without a log.
 */
export async function mayLog(context: EcsContext, record: TaskRecord, place: LogPlace): Promise<boolean> {
  const { group, stream, createGroup } = place;
  if (createGroup) await request(context, record, "createLogGroup", { group, stream });
  await request(context, record, "createLogStream", { group, stream });
  return (await denialOf(context, record, "writeLog", { group, stream })) === undefined;
}

async function request(
  context: EcsContext,
  record: TaskRecord,
  step: keyof typeof file,
  values: Values = {},
): Promise<void> {
  await requireWay(context, record, requests[step], { ...values, region: context.environment.region });
  const { denied = "" } = requests[step];
  const message = step === "pullElsewhere" ? undefined : await denialOf(context, record, step, values);
  if (message) throw new Error(fill(denied, { ...values, message, requestId: randomUUID() }));
}

/** Returns AWS's message if the execution role does not permit a step; undefined if it does, or without a role. */
async function denialOf(
  { environment }: EcsContext,
  { definition, task }: TaskRecord,
  step: keyof typeof list.steps,
  values: Values,
): Promise<string | undefined> {
  const { executionRoleArn: roleArn } = definition;
  if (!roleArn) return undefined;
  const session = lastPart(task.taskArn);
  const refusal = await refusalOf(environment, { roleArn, list, step, values, session });
  return refusal?.message;
}

/** Tries as long as the agent does. Rejects with the reason, or when the task has to stop. */
async function requireWay(
  { environment: { networks, clock } }: EcsContext,
  { address = "", stopping }: TaskRecord,
  { to, giveUpMs, closed, ...agentRequest }: AgentRequest,
  values: Values,
): Promise<void> {
  const { ec2, interfaces, report } = networks;
  const from = interfaces.get(address);
  if (!ec2 || !from) return;
  let way = wayOut(ec2, from, to);
  if (way.outcome === "not checked") report(`tasks in ${from.subnetId} to ${to}: not checked: ${way.reason}`);
  if (way.outcome === "closed") report(`tasks in ${from.subnetId} cannot reach ${to}: ${way.reason}`);
  for (let attempt = 0; attempt < attempts && way.outcome === "closed"; attempt++) {
    await clock.wait(giveUpMs / attempts, stopping.signal);
    way = wayOut(ec2, from, to);
  }
  if (way.outcome !== "closed") return;
  const host = fill(agentRequest.host, values);
  // As Go words it.
  const dial = `dial tcp${way.address === undefined ? `: lookup ${host}` : ` ${way.address}:443`}: i/o timeout`;
  throw new Error(fill(closed, { ...values, host, dial }));
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
