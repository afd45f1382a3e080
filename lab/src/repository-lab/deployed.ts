import { createObserver, type DeploymentPart, openPageClients } from "@ecs-delivery/live/page";
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

/** A pass may come before the last lines of the log; a later one has them. */
const passes = 5;

/** Reads the newest deployment of each service since a time, with the cause of each that failed. */
export async function readDeployed(
  { endpoint, region, keys }: SimulatorProcess,
  timeScale: number,
  since: number,
): Promise<Deployed[]> {
  const clients = openPageClients({ endpoint, region, credentials: credentialsOf(keys) });
  const limits = { timeScale, callsPerMinute: 10_000 };
  const observe = createObserver({ clients, region, now: Date.now, ...limits });
  let newest: DeploymentPart[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const { parts, pauseMs } = await observe(new AbortController().signal);
    newest = newestOf(parts, since);
    if (newest.every(({ verdict, cause }) => !verdict || verdict === "succeeded" || cause)) break;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return newest.map(({ cluster, service, to, verdict, cause, fix }) => ({
    ...{ cluster, service, revision: to?.name, image: to?.image, verdict, cause, fix },
  }));
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
