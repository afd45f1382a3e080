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
import type { ExportDocument } from "../account/export-document.ts";
import { credentialsOf, type SimulatorProcess } from "../story/simulator-process.ts";

/**
 * The newest deployment of a service, by our actions, AWS's own or its CLI. Without a verdict it is in progress. The
 * cause is what this project's actions would have reported.
 */
export interface Deployed extends Pick<DeploymentPart, "cluster" | "service" | "verdict" | "cause" | "fix"> {
  /** `menu:3` */
  readonly revision: string | undefined;
  readonly image: string | undefined;
  /** Changes of the real service's task definition; only for a copy of one. */
  readonly changes?: readonly string[] | undefined;
}

/** A workflow that does not wait ends before its deployment does; AWS's hour takes less with the usual time scales. */
const longestMs = 30_000;

/**
 * Reads the newest deployment of each service since a time, when all have ended, and the causes of failures.
 * @param copied the real service of which one is a copy; what ran before in the others is invented
 */
export async function readDeployed(
  { endpoint, region, keys }: SimulatorProcess,
  timeScale: number,
  since: number,
  copied?: ExportDocument,
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
          ...(part.service === copied?.service && { changes: await planOf(part, clients, copied) }),
        })),
      );
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/**
 * Returns what a deployment changes in the exported task definition. The copy lacks parts of it, and a workflow may have
 * begun from either: a difference from only one of them does not count.
 */
async function planOf({ from, to }: DeploymentPart, { ecs }: PageClients, { resources }: ExportDocument) {
  if (!from || !to) return undefined;
  const read = async (taskDefinition: string) =>
    (await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition ?? {};
  // Without what only a response has, such as the time of registration.
  const input = (definition: object) => comparable(definition, {})[0];
  const [copied, after] = await Promise.all([read(from.name), read(to.name)]);
  const exported = resources.find(({ kind }) => kind === "taskDefinition")?.input ?? {};
  const [changes, others] = [exported, copied].map((each) => diffTaskDefinitions(input(each), input(after)));
  const pathOf = (line: string) => line.slice(2).split(": ", 1)[0];
  return changes?.filter((line) => others?.some((other) => pathOf(other) === pathOf(line)));
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
