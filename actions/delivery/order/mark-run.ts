import { TagResourceCommand } from "@aws-sdk/client-ecs";
import { explainAwsError } from "../../shared/aws-errors.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import type { RunningService } from "../../shared/ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import { findRunTag, runTagKey, writeRollbackTag, writeRunTag } from "./run-tag.ts";

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
  if (service.tags?.some((tag) => tag.key === runTagKey && tag.value === value)) return;
  const command = new TagResourceCommand({
    resourceArn: service.serviceArn,
    tags: [{ key: runTagKey, value }],
  });
  try {
    await clients.ecs.send(command);
  } catch (error) {
    const why = explainAwsError(error)?.message ?? (error as Error).message;
    log.warning(
      `The service cannot be tagged (${runTagKey}), so an older run could replace this one: ${why}`,
    );
  }
}
