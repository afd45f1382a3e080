import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListClustersCommand,
  ListServicesCommand,
  ListTasksCommand,
  type Service,
  type Task,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { lastSegment } from "@ecs-delivery/actions/core/arn";
import { chunks } from "@ecs-delivery/actions/core/chunks";
import type { PageClients } from "../clients.ts";
import type { Revision } from "../parts.ts";
import type { Reader } from "./reader.ts";

export interface ServiceFacts {
  readonly cluster: string;
  readonly name: string;
  /** Undefined if the service does not exist. */
  readonly service: Service | undefined;
  readonly tasks: readonly Task[];
  /** Stopped some minutes ago at most. */
  readonly stopped: readonly Task[];
}

export interface Selection {
  /** Cluster to show; by default all. */
  readonly cluster?: string | undefined;
  /** Services of the cluster to show; by default all. */
  readonly services?: readonly string[] | undefined;
}

type Ecs = PageClients["ecs"];

/** Reads the services of the clusters with their tasks. */
export async function readServices(ecs: Ecs, reader: Reader, selection: Selection): Promise<ServiceFacts[]> {
  const clusters = selection.cluster
    ? [selection.cluster]
    : await reader.every(30_000, "clusters", () => listClusters(ecs, reader));
  const found = await Promise.all(clusters.map((cluster) => readCluster(ecs, reader, cluster, selection)));
  return found.flat();
}

async function readCluster(ecs: Ecs, reader: Reader, cluster: string, { services }: Selection) {
  const names =
    services ?? (await reader.every(5_000, `services ${cluster}`, () => listServices(ecs, reader, cluster)));
  if (names.length === 0) return [];
  const [described, running, stopped] = await Promise.all([
    Promise.all(
      chunks(names, 10).map((some) =>
        reader.send(ecs, new DescribeServicesCommand({ cluster, services: some })),
      ),
    ),
    readTasks(ecs, reader, cluster, "RUNNING"),
    readTasks(ecs, reader, cluster, "STOPPED"),
  ]);
  const known = described.flatMap((page) => page.services ?? []);
  return names.map((name): ServiceFacts => {
    const isOf = ({ group }: Task) => group === `service:${name}`;
    return {
      cluster,
      name,
      service: known.find(({ serviceName }) => serviceName === name),
      tasks: running.filter(isOf),
      stopped: stopped.filter(isOf),
    };
  });
}

async function listClusters(ecs: Ecs, reader: Reader): Promise<string[]> {
  const arns = await allPages(async (nextToken) => {
    const page = await reader.send(ecs, new ListClustersCommand({ nextToken }));
    return { items: page.clusterArns ?? [], nextToken: page.nextToken };
  });
  return arns.map(lastSegment);
}

async function listServices(ecs: Ecs, reader: Reader, cluster: string): Promise<string[]> {
  const arns = await allPages(async (nextToken) => {
    const page = await reader.send(ecs, new ListServicesCommand({ cluster, nextToken, maxResults: 100 }));
    return { items: page.serviceArns ?? [], nextToken: page.nextToken };
  });
  return arns.map(lastSegment).sort();
}

async function readTasks(
  ecs: Ecs,
  reader: Reader,
  cluster: string,
  desiredStatus: "RUNNING" | "STOPPED",
): Promise<Task[]> {
  const arns = await allPages(async (nextToken) => {
    const page = await reader.send(ecs, new ListTasksCommand({ cluster, desiredStatus, nextToken }));
    return { items: page.taskArns ?? [], nextToken: page.nextToken };
  });
  const pages = await Promise.all(
    chunks(arns, 100).map((tasks) => reader.send(ecs, new DescribeTasksCommand({ cluster, tasks }))),
  );
  return pages.flatMap(({ tasks = [] }) => tasks);
}

/** Reads task definitions. They never change, so each is read once. */
export function createRevisions(ecs: Ecs, reader: Reader) {
  const known = new Map<string, Promise<TaskDefinition | undefined>>();
  const read = async (taskDefinition: string) =>
    (await reader.send(ecs, new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition;
  /** Undefined if it cannot be read. */
  const definitionOf = (arn: string): Promise<TaskDefinition | undefined> => {
    const definition = known.get(arn) ?? read(arn);
    known.set(arn, definition);
    return definition.catch(() => {
      known.delete(arn);
      return undefined;
    });
  };
  return {
    definitionOf,
    /** A revision that cannot be read still has its name. */
    async revisionOf(arn: string | undefined): Promise<Revision | undefined> {
      if (!arn) return undefined;
      const { containerDefinitions = [] } = (await definitionOf(arn)) ?? {};
      const image = containerDefinitions.find(({ essential }) => essential !== false)?.image;
      return { name: lastSegment(arn), image, digest: /@(sha256:[0-9a-f]{64})$/.exec(image ?? "")?.[1] };
    },
  };
}

export type Revisions = ReturnType<typeof createRevisions>;

/** Most pages to read of one list. */
const maxPages = 20;

export async function allPages<Item>(
  read: (token: string | undefined) => Promise<{ items: readonly Item[]; nextToken: string | undefined }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let token: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const { items: some, nextToken } = await read(token);
    items.push(...some);
    token = nextToken;
    if (!token) break;
  }
  return items;
}
