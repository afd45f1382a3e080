import {
  createObserver,
  type DeploymentPart,
  openPageClients,
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
}

/** A workflow that does not wait ends before its deployment does; AWS's hour takes less with the usual time scales. */
const longestMs = 30_000;

/** Reads the newest deployment of each service since a time, when all have ended, and the causes of failures. */
export async function readDeployed(
  { endpoint, region, keys }: SimulatorProcess,
  timeScale: number,
  since: number,
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
      return newest.map((part) => describe(part, parts));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
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
