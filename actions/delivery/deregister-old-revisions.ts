import {
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListClustersCommand,
  ListServicesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
} from "@aws-sdk/client-ecs";
import { explainAwsError } from "../shared/aws-errors.ts";
import { shortRevision } from "../shared/ecs/revision.ts";
import type { DeliveryContext } from "./context.ts";
import type { DeploymentRecord } from "./record.ts";

type Ecs = DeliveryContext["clients"]["ecs"];

/**
 * Deregisters the family's active revisions except the newest `kept`, this deployment's, the previous one, and those
 * that a service or task of any cluster uses. The deployment has succeeded by then, so a failure is a warning.
 */
export async function deregisterOldRevisions(
  context: DeliveryContext,
  kept: number,
  record: Pick<DeploymentRecord, "revisionBefore" | "revisionAfter">,
): Promise<void> {
  const { ecs } = context.clients;
  const family = shortRevision(record.revisionAfter).split(":")[0] ?? "";
  try {
    const old = (await listRevisions(ecs, family))
      .slice(kept)
      .filter((arn) => arn !== record.revisionAfter && arn !== record.revisionBefore);
    if (old.length === 0) return;
    const used = await revisionsInUse(ecs, family);
    for (const taskDefinition of old.filter((arn) => !used.has(arn))) {
      await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
      context.log.info(`Deregistered ${shortRevision(taskDefinition)}.`);
    }
  } catch (error) {
    const why = explainAwsError(error)?.message ?? (error as Error).message;
    context.log.warning(`Old revisions of ${family} were not deregistered: ${why}`);
  }
}

/**
 * Returns the ARNs of the active revisions, the newest first. `familyPrefix` also matches other families with that
 * prefix.
 */
async function listRevisions(ecs: Ecs, familyPrefix: string): Promise<string[]> {
  const arns = await collect(async (nextToken) => {
    const list = { familyPrefix, status: "ACTIVE", sort: "DESC", nextToken } as const;
    const { taskDefinitionArns, ...page } = await ecs.send(new ListTaskDefinitionsCommand(list));
    return [taskDefinitionArns, page.nextToken];
  });
  return arns.filter((arn) => shortRevision(arn).split(":")[0] === familyPrefix);
}

async function revisionsInUse(ecs: Ecs, family: string): Promise<Set<string>> {
  const used = new Set<string>();
  const clusters = await collect(async (nextToken) => {
    const { clusterArns, ...page } = await ecs.send(new ListClustersCommand({ nextToken }));
    return [clusterArns, page.nextToken];
  });
  for (const cluster of clusters)
    for (const arn of [...(await ofServices(ecs, cluster)), ...(await ofTasks(ecs, cluster, family))])
      used.add(arn);
  return used;
}

async function ofServices(ecs: Ecs, cluster: string): Promise<string[]> {
  const names = await collect(async (nextToken) => {
    const { serviceArns, ...page } = await ecs.send(new ListServicesCommand({ cluster, nextToken }));
    return [serviceArns, page.nextToken];
  });
  const found: string[] = [];
  // ECS API reference: DescribeServices takes ten services.
  for (let at = 0; at < names.length; at += 10) {
    const command = new DescribeServicesCommand({ cluster, services: names.slice(at, at + 10) });
    for (const service of (await ecs.send(command)).services ?? [])
      for (const { taskDefinition = "" } of [
        service,
        ...(service.deployments ?? []),
        ...(service.taskSets ?? []),
      ])
        found.push(taskDefinition);
  }
  return found;
}

async function ofTasks(ecs: Ecs, cluster: string, family: string): Promise<string[]> {
  const arns = await collect(async (nextToken) => {
    const { taskArns, ...page } = await ecs.send(new ListTasksCommand({ cluster, family, nextToken }));
    return [taskArns, page.nextToken];
  });
  const found: string[] = [];
  // ECS API reference: DescribeTasks takes a hundred tasks.
  for (let at = 0; at < arns.length; at += 100) {
    const command = new DescribeTasksCommand({ cluster, tasks: arns.slice(at, at + 100) });
    for (const { taskDefinitionArn = "" } of (await ecs.send(command)).tasks ?? [])
      found.push(taskDefinitionArn);
  }
  return found;
}

type Page = readonly [items: readonly string[] | undefined, nextToken: string | undefined];

async function collect(read: (nextToken: string | undefined) => Promise<Page>): Promise<string[]> {
  const all: string[] = [];
  let nextToken: string | undefined;
  do {
    const [items = [], next] = await read(nextToken);
    all.push(...items);
    nextToken = next;
  } while (nextToken);
  return all;
}
