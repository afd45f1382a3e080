import {
  DeregisterTaskDefinitionCommand,
  paginateListClusters,
  paginateListTaskDefinitions,
} from "@aws-sdk/client-ecs";
import { messageOf } from "../core/aws-errors.ts";
import { shortRevision } from "../ecs/revision.ts";
import { describeTasks, everyService, listTasks, revisionsOf } from "../ecs/service.ts";
import type { DeliveryContext } from "./context.ts";
import type { DeploymentRecord } from "./record.ts";

/**
 * Deregisters the family's active revisions except the newest `kept`, those of these deployments and the previous
 * ones, and those that a service, task, rule or schedule uses. The deployment has succeeded by then, so a failure is a
 * warning.
 */
export async function deregisterOldRevisions(
  context: DeliveryContext,
  kept: number,
  records: readonly Pick<DeploymentRecord, "revisionBefore" | "revisionAfter">[],
): Promise<void> {
  const family = shortRevision(records[0]?.revisionAfter ?? "").split(":")[0] ?? "";
  const spared = records.flatMap(({ revisionBefore, revisionAfter }) => [revisionBefore, revisionAfter]);
  try {
    const old = (await listRevisions(context, family)).slice(kept).filter((arn) => !spared.includes(arn));
    if (old.length === 0) return;
    const used = await revisionsInUse(context, family);
    for (const taskDefinition of old.filter((arn) => !used.has(shortRevision(arn)))) {
      await context.clients.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
      context.log.info(`Deregistered ${shortRevision(taskDefinition)}.`);
    }
  } catch (error) {
    context.log.warning(`Old revisions of ${family} were not deregistered: ${messageOf(error)}`);
  }
}

/**
 * Returns the ARNs of the active revisions, the newest first. `familyPrefix` also matches other families with that
 * prefix.
 */
async function listRevisions({ clients }: DeliveryContext, familyPrefix: string): Promise<string[]> {
  const query = { familyPrefix, status: "ACTIVE", sort: "DESC" } as const;
  const arns: string[] = [];
  for await (const page of paginateListTaskDefinitions({ client: clients.ecs }, query))
    arns.push(...(page.taskDefinitionArns ?? []));
  return arns.filter((arn) => shortRevision(arn).split(":")[0] === familyPrefix);
}

/** Returns the names of revisions, such as `web:3`. A schedule may name one in its input, in any form. */
async function revisionsInUse(context: DeliveryContext, family: string): Promise<Set<string>> {
  const { ecs: client } = context.clients;
  const clusters: string[] = [];
  const used: (string | undefined)[] = [];
  for await (const services of everyService(context)) used.push(...services.flatMap(revisionsOf));
  for await (const { clusterArns = [] } of paginateListClusters({ client }, {}))
    for (const cluster of clusterArns) {
      clusters.push(cluster);
      const tasks = await describeTasks(context, cluster, await listTasks(context, { cluster, family }));
      used.push(...tasks.map(({ taskDefinitionArn }) => taskDefinitionArn));
    }
  const { findSchedules } = await import("./schedules/find.ts");
  const schedules = JSON.stringify(await findSchedules(context, clusters));
  const named = (schedules.match(/(?<![\w-])[\w-]+:\d+/g) ?? []).filter((name) =>
    name.startsWith(`${family}:`),
  );
  return new Set([...used.map((arn = "") => shortRevision(arn)), ...named]);
}
