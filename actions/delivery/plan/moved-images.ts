import { DescribeTasksCommand, ListTasksCommand, type Task } from "@aws-sdk/client-ecs";
import { tryLookUp } from "../../core/findings.ts";
import type { ImageChange } from "../record.ts";
import type { Checking } from "../verify/checking.ts";
import { findInEcr } from "../verify/images.ts";

/** DescribeTasks accepts no more at once; in a larger service these tasks are representative. */
const mostTasks = 100;

/**
 * Finds images of running tasks whose tag points to another image by now: the task definition is equal, yet new tasks
 * would run something else. Covers only this account's ECR; an image that cannot be read counts as unmoved.
 */
export async function findMovedImages(checking: Checking): Promise<ImageChange[]> {
  const tagged = (checking.taskDefinition.containerDefinitions ?? []).filter(
    ({ image }) => image !== undefined && !image.includes("@"),
  );
  if (tagged.length === 0) return [];
  const primary = primaryOf(checking);
  const running = (await findTasks(checking)).filter(({ startedBy }) => startedBy === primary);
  const found = await Promise.all(
    tagged.map(async ({ name: container = "", image = "" }): Promise<ImageChange[]> => {
      const before = digestOf(running, container);
      const now = before ? await digestsInEcr(checking, image) : [];
      if (!before || !now[0] || now.includes(before)) return [];
      return [{ container, before: `${image}@${before}`, after: `${image}@${now[0]}` }];
    }),
  );
  return found.flat();
}

/** Returns what started production's tasks: those of a previous deployment may still wait for their end. */
function primaryOf({ service: { taskSets = [], deployments = [] } }: Checking): string | undefined {
  return [...taskSets, ...deployments].find(({ status }) => status === "PRIMARY")?.id;
}

async function findTasks(checking: Checking): Promise<Task[]> {
  const { clusterArn: cluster, serviceName } = checking.service;
  const { ecs } = checking.clients;
  const { value } = await tryLookUp(
    checking,
    "running tasks",
    async (options) => {
      const list = new ListTasksCommand({ cluster, serviceName, maxResults: mostTasks });
      const { taskArns: tasks = [] } = await ecs.send(list, options);
      return tasks.length > 0 ? ecs.send(new DescribeTasksCommand({ cluster, tasks }), options) : undefined;
    },
    {},
  );
  return value?.tasks ?? [];
}

function digestOf(tasks: readonly Task[], container: string): string | undefined {
  const containers = tasks.flatMap((task) => task.containers ?? []);
  return containers.find(({ name, imageDigest }) => name === container && imageDigest)?.imageDigest;
}

/** Returns the digests of the image and of those in its index: which of them a task reports depends on its host. */
async function digestsInEcr(checking: Checking, text: string): Promise<string[]> {
  const { image } = await findInEcr(checking, text);
  const { manifests = [] } = JSON.parse(image?.imageManifest ?? "{}") as { manifests?: { digest: string }[] };
  const digest = image?.imageId?.imageDigest;
  return digest ? [digest, ...manifests.map((each) => each.digest)] : [];
}
