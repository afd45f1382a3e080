import { TagResourceCommand } from "@aws-sdk/client-ecs";
import { explainAwsError } from "../../shared/aws-errors.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import type { RunningService } from "../../shared/ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import { commitTagKey, findRunTag, runTagKey, writeRollbackTag, writeRunTag } from "./run-tag.ts";

/** Notes on the service which run deployed the revision, for later runs; a failure is only a warning. */
export async function markRun(
  { run, clients, log }: DeliveryContext,
  { service }: RunningService,
  revision: string,
): Promise<void> {
  if (!run) return;
  const before = run.kind === "rollback" ? findRunTag(service.tags) : undefined;
  const name = shortRevision(revision);
  const value = before ? writeRollbackTag(before, name) : writeRunTag(run, name);
  const refused = await tag(clients, service, runTagKey, value);
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
  const refused = await tag(clients, service, commitTagKey, run.commit);
  if (refused) log.info(`The service cannot be tagged (${commitTagKey}): ${refused}`);
}

/** Sets a tag that the service does not have yet; returns why that failed. */
async function tag(
  { ecs }: DeliveryContext["clients"],
  { serviceArn, tags = [] }: RunningService["service"],
  key: string,
  value: string,
): Promise<string | undefined> {
  if (tags.some((each) => each.key === key && each.value === value)) return undefined;
  try {
    await ecs.send(new TagResourceCommand({ resourceArn: serviceArn, tags: [{ key, value }] }));
    return undefined;
  } catch (error) {
    return explainAwsError(error)?.message ?? (error as Error).message;
  }
}
