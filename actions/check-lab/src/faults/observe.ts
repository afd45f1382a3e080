import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { hint } from "../choices.ts";
import type { Lab } from "../lab.ts";
import { type ListenerName, type ServiceName, services } from "../parts.ts";

/** By the place where somebody looks, what is to be seen there. */
export type Observed = Readonly<Record<string, string>>;

interface Visit {
  readonly listener: ListenerName;
  readonly path: string;
  readonly method?: "GET" | "POST";
  /** Address of this machine that the visit comes from, for one that the rules do not allow. */
  readonly from?: string;
  /** Default: 1. */
  readonly times?: number;
}

/** On Linux all of 127.0.0.0/8 belongs to this machine. */
const elsewhere = process.platform === "linux" ? [{ from: "127.0.0.2" }] : [];

/** Enough that of two groups with the same weight both are met. */
const times = 12;

const visits: readonly Visit[] = [
  { listener: "production", path: "/suppliers", times },
  { listener: "production", path: "/admin/suppliers", times },
  { listener: "production", path: "/admin/supplier-add" },
  // Without any field, so that no service adds it.
  { listener: "production", path: "/admin/supplier-add", method: "POST" },
  { listener: "test", path: "/admin/suppliers" },
  ...elsewhere.map((each) => ({ listener: "production" as const, path: "/admin/suppliers", ...each })),
];
/**
 * Looks at a lab as its users and operators do: pages, numbers of tasks, ends of releases. Reads no configuration, and no
 * message that names a cause.
 */
export async function observe(lab: Lab, timeoutMs?: number): Promise<Observed> {
  const pages = visits.map(async (visit) => [nameOf(visit), await visitOften(lab, visit, timeoutMs)]);
  const states = services.flatMap((service) => [
    tasksOf(lab, service).then((seen) => [`tasks of ${service}`, seen]),
    lastRelease(lab, service).then((seen) => [`last release of ${service}`, seen]),
  ]);
  return Object.fromEntries(await Promise.all([...pages, ...states]));
}

/** Returns what is seen after a change, and was not before. */
export function changesIn(before: Observed, after: Observed): string[] {
  const changed = Object.entries(after).filter(([place, seen]) => before[place] !== seen);
  return changed.map(([place, seen]) => `${place}: ${seen} (before: ${before[place]})`);
}

function nameOf({ listener, path, method = "GET", from }: Visit): string {
  const port = listener === "test" ? " on the test listener" : "";
  return `${method} ${path}${port}${from ? ` from another address (${from})` : ""}`;
}

async function visitOften(lab: Lab, visit: Visit, timeoutMs = 3_000): Promise<string> {
  const address = `${await lab.siteAddress(visit.listener)}${visit.path}`;
  const seen = new Set<string>();
  for (let count = 0; count < (visit.times ?? 1); count++) {
    const page = await visitOnce(address, visit, timeoutMs);
    seen.add(page);
    // One that hangs does so each time.
    if (page === silent) break;
  }
  return [...seen].sort().join(", or ");
}

const silent = "no response";

async function visitOnce(address: string, { method, from }: Visit, timeoutMs: number): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  const sent = request(address, {
    ...{ method: method ?? "GET", agent: false, signal, headers: { "accept-language": "en" } },
    ...(from && { localAddress: from }),
  });
  sent.on("error", () => {});
  try {
    sent.end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    const page = await text(response);
    const parts = [/<title[^>]*>([^<]*)/, /<h1[^>]*>([^<]*)/].flatMap((part) => part.exec(page)?.[1] ?? []);
    return [...new Set([`HTTP ${response.statusCode}`, ...parts])].join(", ").replaceAll("&#39;", "'");
  } catch {
    return silent;
  }
}

async function tasksOf({ roles }: Lab, service: ServiceName): Promise<string> {
  const { desiredCount, runningCount } = (await hint(roles.service(service))) ?? {};
  return `${runningCount} of ${desiredCount} run`;
}

/** The newest image, and what came of it. */
async function lastRelease({ account, roles }: Lab, service: ServiceName): Promise<string> {
  const pipeline = (await hint(roles.pipeline(service)))?.name ?? "";
  const repository = (await hint(roles.imageRepository(service)))?.repositoryName ?? "";
  const image = await hint(account.image(repository, "latest"));
  const [run] = (await hint(account.pipelineRuns(pipeline))) ?? [];
  const released = run?.sourceRevisions?.map(({ revisionId }) => revisionId) ?? [];
  if (run?.status === "Succeeded" && !released.includes(image?.imageDigest))
    return "an image was pushed, and nothing has started";
  const group = await hint(roles.deploymentGroup(service));
  const last = await hint(
    account.lastDeployment(group?.applicationName ?? "", group?.deploymentGroupName ?? ""),
  );
  return `pipeline ${run?.status}, deployment ${last?.status}`;
}
