import { type Tag, TagResourceCommand } from "@aws-sdk/client-ecs";
import { messageOf } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import { shortRevision } from "../../ecs/revision.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";
import type { Run } from "./run.ts";

/** Tag of an ECS service that records which run deployed which revision. */
export const runTagKey = "deploy-service:run";

/**
 * Tag of an ECS service with the commit of the last successful deployment, or of the rollback on request after it: the
 * workflow deploy.yml compares the next commit with it.
 */
export const commitTagKey = "deploy-service:commit";

/**
 * Tag of an ECS service with the revision that ran well before the last deployment: AWS's history of CodeDeploy does not
 * show what a service was created with.
 */
const beforeTagKey = "deploy-service:before";

interface RunTag {
  readonly number: number;
  readonly attempt: number;
  /** family:revision */
  readonly revision: string;
  /** Revision that the run had deployed, as family:revision, when a rollback on request replaced it by `revision`. */
  readonly undone: string | undefined;
  /** owner/name/path, cut at the longest value of a tag. */
  readonly workflow: string;
}

/** Longest value of an ECS tag (API reference, Tag). */
const longest = 256;

export function writeRunTag({ repository, workflow, number, attempt }: Run, revision: string): string {
  return format({ number, attempt, revision, undone: undefined, workflow: `${repository}/${workflow}` });
}

/**
 * A rollback on request is newer than the run it undoes, and takes that run's number: older runs stay older, and a
 * retry of the run itself is not older.
 */
export function writeRollbackTag(before: RunTag, revision: string): string {
  const undone = before.undone ?? before.revision;
  return format({ ...before, revision, undone: undone === revision ? undefined : undone });
}

/** Uses only the characters that a tag may have: letters, digits, blanks and + - = . _ : / @ */
function format({ number, attempt, revision, undone, workflow }: RunTag): string {
  const instead = undone === undefined ? "" : ` undone=${undone}`;
  const value = `run=${number}.${attempt} revision=${revision}${instead} workflow=${workflow}`;
  return value.replace(/[^\p{L}\p{N} +\-=._:/@]/gu, "_").slice(0, longest);
}

export function readRunTag(value: string | undefined): RunTag | undefined {
  const match = /^run=(\d+)\.(\d+) revision=(\S+)(?: undone=(\S+))? workflow=(.+)$/.exec(value ?? "");
  if (!match) return undefined;
  const [, number, attempt, revision = "", undone, workflow = ""] = match;
  return { number: Number(number), attempt: Number(attempt), revision, undone, workflow };
}

/** Finds the tag among a service's tags. */
export function findRunTag(tags: readonly Tag[] | undefined): RunTag | undefined {
  return readRunTag(tags?.find(({ key }) => key === runTagKey)?.value);
}

/** Returns whether both are runs of one workflow, whose numbers show their order. */
export function isSameWorkflow(tag: RunTag, { repository, workflow }: Run): boolean {
  return readRunTag(format({ ...tag, workflow: `${repository}/${workflow}` }))?.workflow === tag.workflow;
}

/** Notes on the service which run deployed the revision, for later runs; a failure is only a warning. */
export async function markRun(
  { run, clients, log }: DeliveryContext,
  { service, production }: RunningService,
  revision: string,
): Promise<void> {
  if (!run) return;
  const before = run.kind === "rollback" ? findRunTag(service.tags) : undefined;
  const name = shortRevision(revision);
  const value = before ? writeRollbackTag(before, name) : writeRunTag(run, name);
  const { settled, runningCount, desiredCount } = production;
  const ranWell = settled && runningCount > 0 && runningCount >= desiredCount;
  const isNew = production.revision !== revision && run.kind !== "rollback";
  const refused = await tag(clients, service, {
    [runTagKey]: value,
    ...(ranWell &&
      isNew && { [beforeTagKey]: `revision=${name} before=${shortRevision(production.revision)}` }),
  });
  if (refused)
    log.warning(
      `The service cannot be tagged (${runTagKey}), so an older run could replace this one: ${refused}`,
    );
}

/** Notes on the service up to which commit its deployment is settled; a failure only makes a later run deploy it again. */
export async function markCommit(
  { run, clients, log }: DeliveryContext,
  { service }: RunningService,
): Promise<void> {
  if (!run?.commit) return;
  const refused = await tag(clients, service, { [commitTagKey]: run.commit });
  if (refused) log.info(`The service cannot be tagged (${commitTagKey}): ${refused}`);
}

/** Sets the tags that the service does not have yet; returns why that failed. */
async function tag(
  { ecs }: DeliveryContext["clients"],
  { serviceArn, tags: known = [] }: RunningService["service"],
  wanted: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const tags = Object.entries(wanted)
    .map(([key, value]) => ({ key, value }))
    .filter(({ key, value }) => !known.some((each) => each.key === key && each.value === value));
  if (tags.length === 0) return undefined;
  try {
    await ecs.send(new TagResourceCommand({ resourceArn: serviceArn, tags }));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Returns the noted revision before a deployment, as family:revision, and the one that it deployed. */
export function readBeforeTag(tags: readonly Tag[] = []): { revision: string; before: string } | undefined {
  const value = tags.find(({ key }) => key === beforeTagKey)?.value;
  const [, revision, before] = /^revision=(\S+) before=(\S+)$/.exec(value ?? "") ?? [];
  return revision && before ? { revision, before } : undefined;
}

/**
 * Throws when production runs what a newer run of the same workflow deployed, or what that run was rolled back to on
 * request. A run that waited long, or was started again, must not replace it with older code. Failed newer runs do not
 * count, as production runs another revision then.
 */
export function refuseOlderRun(
  { run }: DeliveryContext,
  { force, service: name }: DeployInputs,
  record: DeploymentRecord,
  { service, production }: RunningService,
): void {
  const tag = findRunTag(service.tags);
  if (!run || !tag || force || run.kind === "rollback" || !isSameWorkflow(tag, run)) return;
  const inProduction = shortRevision(production.revision);
  if (tag.number <= run.number || ![tag.revision, tag.undone].includes(inProduction)) return;
  record.status = "superseded";
  throw new Failure(
    `${whatIsNewer(tag, run.workflow, name, inProduction)}; this is the older run ${run.number}`,
    {
      nextStep:
        "nothing, if production should stay on the newer state; to deploy this older one anyway, run this job with force: true.",
    },
  );
}

function whatIsNewer(tag: RunTag, workflow: string, service: string, inProduction: string): string {
  const by = `Run ${tag.number} of ${workflow} has already deployed`;
  if (tag.undone === undefined || tag.undone === inProduction) return `${by} ${inProduction} of ${service}`;
  return `${by} ${tag.undone} of ${service}, which was rolled back on request to ${tag.revision}`;
}
