import type { PageClients } from "../clients.ts";
import type { Parts, TrafficPart } from "../parts.ts";
import type { Pass } from "../watch.ts";
import { noBalancing, readBalancing, targetGroupsOf } from "./balancing.ts";
import { composeService } from "./compose.ts";
import { createCostReader } from "./cost.ts";
import { createCodeDeployReader, noCodeDeploy, type PageOf } from "./deployments.ts";
import { createDiagnosis } from "./diagnose.ts";
import { createEcsDeploymentReader } from "./ecs-deployments.ts";
import { readTraffic } from "./metrics.ts";
import { createReader, type Reader } from "./reader.ts";
import { createResourceReader } from "./resources.ts";
import { createRevisions, readServices, type Selection } from "./services.ts";
import { readStacks } from "./stacks.ts";

export interface ObserveOptions extends Selection {
  readonly clients: PageClients;
  readonly region: string;
  readonly now: () => number;
  /** Factor by which AWS's waits pass faster than real time: 1 on AWS. */
  readonly timeScale: number;
  readonly pageOf?: PageOf | undefined;
  /** Bounds the pace of the passes. */
  readonly callsPerMinute: number;
}

/** Shortest time between the beginnings of two passes. */
const shortestMs = 500;
const shortestPauseMs = 50;
const longestPauseMs = 60_000;

/**
 * Returns a function that reads the account once. A pass over a cluster with two services takes about 25 calls. After
 * it comes a pause, so that there are never more than `callsPerMinute`; throttling adds 2 seconds, then 4, up to a minute in all.
 * CloudWatch's metrics, which cost $0.01 per 1,000, are read twice a minute of AWS time: 8 for a blue/green service.
 */
export function createObserver(options: ObserveOptions): (signal: AbortSignal) => Promise<Pass> {
  const { now, callsPerMinute } = options;
  const reader = createReader(now);
  const readAll = createAccountReader(options, reader);
  let slowDown = 1;
  return async (signal) => {
    const startedAt = now();
    reader.begin(signal);
    const parts = await readAll();
    const isThrottled = [...reader.problems.values()].some(({ kind }) => kind === "throttled");
    slowDown = isThrottled ? Math.min(slowDown * 2, 64) : 1;
    const periodMs = Math.max(shortestMs, (reader.calls() * 60_000) / callsPerMinute);
    const restMs = Math.max(periodMs - (now() - startedAt), shortestPauseMs);
    return { parts, pauseMs: isThrottled ? Math.min(restMs + 1000 * slowDown, longestPauseMs) : restMs };
  };
}

/** Returns a function that reads all parts of the page once. */
function createAccountReader(options: ObserveOptions, reader: Reader): () => Promise<Parts> {
  const { clients, region, now, timeScale, pageOf = () => undefined } = options;
  const revisions = createRevisions(clients.ecs, reader);
  const diagnose = createDiagnosis(clients, reader, timeScale, now);
  const tools = { reader, revisions, diagnose, timeScale, now };
  const readCodeDeploy = createCodeDeployReader({ ...tools, clients, pageOf });
  const readEcsDeployments = createEcsDeploymentReader({ ...tools, ecs: clients.ecs });
  const readCost = createCostReader({ cloudformation: clients.cloudformation, reader, revisions });
  const readResources = createResourceReader(clients, reader);
  return async () => {
    const [services, deploy, stacks] = await Promise.all([
      reader.guard("ECS", [], () => readServices(clients.ecs, reader, options)),
      reader.guard("CodeDeploy", noCodeDeploy, readCodeDeploy),
      reader.guard("CloudFormation", [], () => readStacks(clients.cloudformation, reader)),
    ]);
    const cost = await reader.guard("CloudFormation templates", undefined, () => readCost(stacks, services));
    const native = await reader.guard("ECS deployments", [], () => readEcsDeployments(services));
    const shown = [...native, ...deploy.deployments].filter(({ part }) =>
      services.some(({ cluster, name }) => cluster === part.cluster && name === part.service),
    );
    const arns = [...new Set(services.flatMap(({ service }) => targetGroupsOf(service)))].sort();
    const names = deploy.groups
      .filter(({ cluster, service }) =>
        services.some((each) => each.cluster === cluster && each.name === service),
      )
      .flatMap(({ targetGroups }) => targetGroups);
    const balancing = await reader.guard("Elastic Load Balancing", noBalancing, () =>
      readBalancing(clients.balancer, reader, { arns, names }, options.cluster === undefined),
    );
    const traffic = await reader.guard("CloudWatch", new Map<string, TrafficPart>(), () =>
      reader.every(30_000 / timeScale, `traffic ${[...balancing.groups.keys()]}`, () =>
        readTraffic(clients.cloudwatch, reader, {
          groups: [...balancing.groups.values()],
          now: now(),
          timeScale,
        }),
      ),
    );
    const architecture = await readResources(balancing, deploy.groups);
    const findings = { balancing, groups: deploy.groups, deployments: shown, traffic, revisions };
    const parts = await Promise.all(services.map((facts) => composeService(facts, findings)));
    return new Map<string, unknown>([
      ["about", { region, timeScale }],
      ...parts.map((part) => [`service/${part.cluster}/${part.name}`, part] as const),
      ...shown.map(({ part }) => [`deployment/${part.cluster}/${part.service}/${part.id}`, part] as const),
      ...stacks.map(({ part }) => [`stack/${part.name}`, part] as const),
      ["architecture", architecture],
      ...(cost ? [["cost", cost] as const] : []),
      ...[...reader.problems].map(([source, problem]) => [`problem/${source}`, problem] as const),
    ]);
  };
}
