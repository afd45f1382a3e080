import { DescribeTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { comparable } from "@ecs-delivery/actions/core/task-definition";
import { diffTaskDefinitions } from "@ecs-delivery/actions/core/task-definition-diff";
import {
  createObserver,
  type DeploymentPart,
  openPageClients,
  type PageClients,
  type ServicePart,
} from "@ecs-delivery/live/page";
import { credentialsOf, type SimulatorProcess } from "../story/simulator-process.ts";

/**
 * The newest deployment of a service, by our actions, AWS's own or its CLI. Without a verdict it is in progress. The
 * cause is what this project's actions would have reported.
 */
export interface Deployed extends Pick<DeploymentPart, "cluster" | "service" | "verdict" | "cause" | "fix"> {
  /** `menu:3` */
  readonly revision: string | undefined;
  readonly image: string | undefined;
  /** The revision that ran before, and what differs; only for a copy of a real service. */
  readonly before?: string | undefined;
  readonly changes?: readonly string[] | undefined;
}

/** A workflow that does not wait ends before its deployment does; AWS's hour takes less with the usual time scales. */
const longestMs = 30_000;

/**
 * Reads the newest deployment of each service since a time, when all have ended, and the causes of failures.
 * @param copied the real service, of which one is a copy; what ran before in the others is invented
 */
export async function readDeployed(
  { endpoint, region, keys }: SimulatorProcess,
  timeScale: number,
  since: number,
  copied?: { cluster: string; service: string },
): Promise<Deployed[]> {
  const clients = openPageClients({ endpoint, region, credentials: credentialsOf(keys) });
  const limits = { timeScale, callsPerMinute: 10_000 };
  const observe = createObserver({ clients, region, now: Date.now, ...limits });
  const end = Date.now() + longestMs;
  for (;;) {
    const { parts, pauseMs } = await observe(new AbortController().signal);
    const newest = newestOf(parts, since);
    // A pass may come before the last lines of the log; a later one has them.
    if (
      newest.every(({ verdict, cause }) => verdict && (verdict === "succeeded" || cause)) ||
      Date.now() > end
    )
      return Promise.all(
        newest.map(async (part) => ({
          ...describe(part, parts),
          ...(part.service === copied?.service && (await planOf(part, clients))),
        })),
      );
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function planOf({ from, to }: DeploymentPart, { ecs }: PageClients) {
  if (!from || !to) return undefined;
  // Without what only a response has, such as the time of registration.
  const read = async (taskDefinition: string) => {
    const response = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    return comparable(response.taskDefinition ?? {}, {})[0];
  };
  const [before, after] = await Promise.all([read(from.name), read(to.name)]);
  return { before: from.name, changes: diffTaskDefinitions(before, after) };
}

/** ECS starts tasks that fail again and again, without an end: the reason of the last one is the cause then. */
function describe(part: DeploymentPart, parts: ReadonlyMap<string, unknown>): Deployed {
  const { cluster, service, to, verdict, cause, fix } = part;
  const { stoppedTasks = [] } = (parts.get(`service/${cluster}/${service}`) ?? {}) as Partial<ServicePart>;
  const stopped = stoppedTasks.find(({ revision }) => revision === to?.name);
  const why = cause ?? (verdict ? undefined : stopped?.reason);
  return { cluster, service, revision: to?.name, image: to?.image, verdict, cause: why, fix };
}

function newestOf(parts: ReadonlyMap<string, unknown>, since: number): DeploymentPart[] {
  const byService = new Map<string, DeploymentPart>();
  const all = [...parts].flatMap(([key, part]) =>
    key.startsWith("deployment/") ? [part as DeploymentPart] : [],
  );
  // The deployment back to the last revision says nothing about what was released.
  const released = all.filter(({ createdAt, rollbackOf }) => createdAt >= since && rollbackOf === undefined);
  for (const part of released.sort((a, b) => a.createdAt - b.createdAt))
    byService.set(`${part.cluster}/${part.service}`, part);
  return [...byService.values()];
}
