import { join } from "node:path";
import type { RowDataPacket } from "mysql2/promise";
import { alternate, type Benchmark, type Measurement, measure, medians, type Sides } from "./measurement.ts";
import { applyLoad } from "./run-program.ts";
import {
  type BuiltService,
  buildService,
  type ServiceOptions,
  type ServiceProcess,
  startService,
} from "./service-process.ts";
import { type SupplierDatabase, startSupplierServer } from "./supplier-database.ts";

const connections = 50;
const secondsPerRun = 3;
/** Tens of thousands of requests: by then V8 has compiled both as well as it will. */
const warmUpSeconds = 3;
/** Odd, so that the median is a run that happened. */
const runs = 5;
const starts = 7;

const pages = { customer: "/suppliers", employee: "/admin/suppliers" };
const peerProgram = join(import.meta.dirname, "express-peer", "server.mjs");

/** Our services compared with the lab's stack, on the same database: the list page, the start and the memory. */
const services: Benchmark = async () => {
  const server = await startSupplierServer();
  try {
    const database = await server.create("COFFEE", 100);
    const emails = await firstPageOf(database);
    const measurements: Measurement[] = [];
    for (const [service, page] of Object.entries(pages)) {
      const side = ({ program, environment }: BuiltService): ServiceOptions => ({
        program,
        environment: { ...environment, ...database.environment },
        page,
        logFolder: server.directory,
      });
      const ours = side(await buildService(service));
      const peer = side({ program: peerProgram, environment: {} });
      measurements.push(...(await compare(service, { ours, peer }, emails)));
    }
    return measurements;
  } finally {
    await server.close();
  }
};

/** Returns the emails of the first page's rows. Unlike names they need no escaping in HTML. */
async function firstPageOf({ connection }: SupplierDatabase): Promise<string[]> {
  const [found] = await connection.query<RowDataPacket[]>(
    "SELECT email FROM suppliers ORDER BY name, id LIMIT 20",
  );
  return found.map(({ email }) => email as string);
}

async function compare(
  service: string,
  sides: Sides<ServiceOptions>,
  emails: readonly string[],
): Promise<Measurement[]> {
  const startMs = await measureStarts(sides);
  const { loads, residentMb } = await measureLoad(sides, emails);
  const row = (
    figure: Pick<Measurement, "metric" | "unit" | "better" | "goal">,
    values: Sides<number>,
  ): Measurement =>
    measure({
      ...figure,
      name: "services",
      metric: `${service}: ${figure.metric}`,
      ours: values.ours,
      peer: { name: "Express 4, Mustache, mysql2", value: values.peer },
    });
  return [
    row(
      { metric: "list page", unit: "requests/s", better: "higher", goal: "≥ 3 ×" },
      medians(loads, ({ requestsPerSecond }) => requestsPerSecond),
    ),
    row(
      { metric: "list page, p99", unit: "ms", better: "lower", goal: "≥ 2 ×" },
      medians(loads, ({ p99Ms }) => p99Ms),
    ),
    // Without a goal: a new task of ECS takes half a minute, of which this is a hundredth.
    row({ metric: "start to first page", unit: "ms", better: "lower", goal: "" }, startMs),
    row({ metric: "resident after load", unit: "MB", better: "lower", goal: "≥ 1 ×" }, residentMb),
  ];
}

async function measureStarts({ ours, peer }: Sides<ServiceOptions>): Promise<Sides<number>> {
  const once = (options: ServiceOptions) => async () => {
    const service = await startService(options);
    await service.stop();
    return service.startMs;
  };
  const results = await alternate(starts, { ours: once(ours), peer: once(peer) });
  return medians(results, (ms) => ms);
}

async function measureLoad({ ours, peer }: Sides<ServiceOptions>, emails: readonly string[]) {
  const started: ServiceProcess[] = [];
  const prepare = async (options: ServiceOptions) => {
    const service = await startService(options);
    started.push(service);
    const url = service.origin + options.page;
    await requireRows(url, emails);
    // Checks only the last row: searching every response for all rows would cost the load much of its processor.
    const load = (seconds: number) => applyLoad({ url, connections, seconds, expected: emails.at(-1) ?? "" });
    await load(warmUpSeconds);
    return { service, run: () => load(secondsPerRun) };
  };
  try {
    const sides = { ours: await prepare(ours), peer: await prepare(peer) };
    const loads = await alternate(runs, { ours: sides.ours.run, peer: sides.peer.run });
    const residentMb = {
      ours: await sides.ours.service.residentMb(),
      peer: await sides.peer.service.residentMb(),
    };
    return { loads, residentMb };
  } finally {
    for (const service of started) await service.stop();
  }
}

async function requireRows(url: string, emails: readonly string[]): Promise<void> {
  const body = await (await fetch(url)).text();
  const missing = emails.filter((email) => !body.includes(email));
  if (missing.length > 0)
    throw new Error(`${url} lacks ${missing.join(", ")}, which its first page must show`);
}

export default services;
