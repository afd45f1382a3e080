import { ListTaskDefinitionsCommand } from "@aws-sdk/client-ecs";
import { isAccessDenied } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import { readBeforeChanges } from "../../core/outage-tolerance.ts";
import type { DeliveryContext } from "../../delivery/context.ts";
import { deploy } from "../../delivery/deploy.ts";
import { markCommit } from "../../delivery/order/run-tag.ts";
import type { DeploymentRecord } from "../../delivery/record.ts";
import { describeRevision, shortRevision } from "../../ecs/revision.ts";
import { everyService, type RunningService, revisionsOf } from "../../ecs/service.ts";
import type { RollbackInputs, Target } from "./inputs.ts";
import { findLastGood, type PastDeployment } from "./service-history.ts";

/** A rollback on request, and the state of the service. */
export interface Rollback {
  readonly context: DeliveryContext;
  readonly inputs: RollbackInputs;
  readonly record: DeploymentRecord;
  readonly service: RunningService;
  /** Newest first. */
  readonly deployments: readonly PastDeployment[];
}

/** Deploys the requested revision, unless production runs it again already. */
export async function goBack(rollback: Rollback): Promise<void> {
  const { context, inputs, service, deployments } = rollback;
  const find = () => findTarget(context, inputs, service, deployments);
  const found = await readBeforeChanges(context, find);
  if ("there" in found) return stay(rollback, found.there);
  await deployFormer(rollback, found.revision);
}

/** Deploys with deploy-service's engine: verified, planned, followed and checked like every deployment. */
export async function deployFormer(
  { context, inputs, record, service }: Rollback,
  revision: string,
): Promise<void> {
  context.log.info(`Rolling back from ${shortRevision(service.revision)} to ${shortRevision(revision)}.`);
  await deploy(context, { ...inputs, source: { revision } }, record);
}

async function stay({ context, inputs, record, service }: Rollback, why: string): Promise<void> {
  await markCommit(context, service);
  record.status = "succeeded";
  record.revisionAfter = service.revision;
  const note = `Nothing to roll back: ${why}. ${inputs.service} runs ${shortRevision(service.revision)}; to roll back from it, set a revision (input to).`;
  record.notes.push(note);
  context.log.notice(note);
}

/** An active revision's ARN, or why production needs none. */
type Found = { readonly revision: string } | { readonly there: string };

/** Finds what to go back to; throws when nothing suits, and lists what exists. */
export async function findTarget(
  context: DeliveryContext,
  { to, service: name }: RollbackInputs,
  running: RunningService,
  deployments: readonly PastDeployment[],
): Promise<Found> {
  const { production } = running;
  const family = familyOf(production.revision);
  if (typeof to === "object") return { revision: await findNamed(context, to, family) };
  if (to === "previous-revision")
    return { revision: await findPrevious(context, running, name, deployments) };
  const ended = deployments.filter(({ state }) => state !== "ongoing");
  const lastGood = findLastGood(ended, production);
  if ("there" in lastGood) return lastGood;
  for (const candidate of lastGood.candidates) {
    if (await isActive(context, candidate)) return { revision: candidate };
    context.log.info(`${shortRevision(candidate)} is deregistered; checking earlier revisions.`);
  }
  const seen = ended.length === 1 ? "its one deployment" : `its last ${ended.length} deployments`;
  throw new Failure(
    `${name} has no good revision to roll back to: it runs ${shortRevision(production.revision)}, and ${ended.length === 0 ? "AWS lists no deployment of it" : `${seen} deployed no other revision that is still registered`}`,
    { nextStep: `set one: ${await whatIsThere(context, family)}.` },
  );
}

async function findNamed(
  context: DeliveryContext,
  to: Exclude<Target, string>,
  family: string,
): Promise<string> {
  const wanted = "number" in to ? `${family}:${to.number}` : to.revision;
  const found = (await describeRevision(context, wanted))?.taskDefinition;
  if (found?.status === "ACTIVE" && found.taskDefinitionArn) return found.taskDefinitionArn;
  const what = found
    ? `Task definition ${wanted} is ${found.status}`
    : `Task definition ${wanted} does not exist`;
  throw new Failure(`${what}, so it cannot be deployed`, {
    nextStep: `use another one: ${await whatIsThere(context, familyOf(wanted))}; nothing was changed.`,
  });
}

async function findPrevious(
  context: DeliveryContext,
  { service, revision: current }: RunningService,
  name: string,
  deployments: readonly PastDeployment[],
): Promise<string> {
  const family = familyOf(current);
  const own = new Set(deployments.map(({ revision }) => revision));
  const shared = await findSharing(context, service, family);
  const active = (await listActive(context, family)).filter((arn) => numberOf(arn) < numberOf(current));
  const before = active.find((arn) => !shared || own.has(arn));
  if (!before && active.length > 0)
    throw new Failure(
      `Family ${family} ${shared}, and AWS lists no deployment of ${name} with an earlier active revision`,
      { nextStep: `set a revision of ${name} (input to); nothing was changed.` },
    );
  if (!before)
    throw new Failure(
      `Family ${family} has no active revision before ${shortRevision(current)}, which ${name} runs`,
      { nextStep: "register one, and deploy it with deploy-service; nothing was changed." },
    );
  context.log.notice(
    `${shortRevision(before)} is used because of its number; whether it ever ran well is not checked.`,
  );
  return before;
}

/** Returns who else may own revisions of the family, to follow its name in a sentence; undefined when nobody does. */
async function findSharing(
  context: DeliveryContext,
  { serviceArn }: RunningService["service"],
  family: string,
): Promise<string | undefined> {
  const uses = (service: RunningService["service"]) =>
    service.serviceArn !== serviceArn &&
    revisionsOf(service).some((revision) => revision && familyOf(revision) === family);
  try {
    for await (const services of everyService(context)) {
      const other = services.find(uses);
      if (other) return `also belongs to service ${other.serviceName}`;
    }
    return undefined;
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    return "may also belong to another service (the role lacks ecs:ListClusters, ecs:ListServices or ecs:DescribeServices in all clusters)";
  }
}

async function isActive(context: DeliveryContext, revision: string): Promise<boolean> {
  return (await describeRevision(context, revision))?.taskDefinition?.status === "ACTIVE";
}

/** Enough for a message; a page of ListTaskDefinitions for a search by number. */
const mostNamed = 5;

async function whatIsThere(context: DeliveryContext, family: string): Promise<string> {
  try {
    const names = (await listActive(context, family)).map(shortRevision);
    if (names.length === 0) return `family ${family} has no active revision`;
    const more = names.length > mostNamed ? " and older ones" : "";
    return `active revisions are ${names.slice(0, mostNamed).join(", ")}${more} (input to)`;
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    return "aws ecs list-task-definitions lists them (input to)";
  }
}

/** Lists the ARNs of the newest hundred, newest first. */
async function listActive(context: DeliveryContext, familyPrefix: string): Promise<string[]> {
  const command = new ListTaskDefinitionsCommand({ familyPrefix, status: "ACTIVE", sort: "DESC" });
  const found = await context.clients.ecs.send(command, { abortSignal: context.signal });
  // The prefix may also match other families.
  return (found.taskDefinitionArns ?? []).filter((arn) => familyOf(arn) === familyPrefix);
}

function familyOf(revision: string): string {
  return shortRevision(revision).replace(/:\d+$/, "");
}

function numberOf(revision: string): number {
  return Number(revision.slice(revision.lastIndexOf(":") + 1));
}
