import { Agent, get } from "node:http";
import {
  type Position,
  pageQuery,
  pageSize,
  type Search,
} from "@ecs-delivery/suppliers/domain/supplier-page";
import type { Connection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { alternate, type Benchmark, type Measurement, measure, median, type Sides } from "./measurement.ts";
import { buildService, type ServiceProcess, startService } from "./service-process.ts";
import { type SupplierDatabase, startSupplierServer } from "./supplier-database.ts";

const bigRows = 1_000_000;
const smallRows = 100;
/** Odd, so that the median is a page that was measured. */
const samples = 301;
const middlePages = 300;
const warmUpPages = 300;
/** The employee's list: unlike the customer's, it is never cached for a second. */
const list = "/admin/suppliers";

/** Each search finds more than a hundred of the invented suppliers. */
const searches: readonly Search[] = [
  { by: "name", text: "Cedar" },
  { by: "city", text: "Lyon" },
  { by: "state", text: "Auvergne" },
];

/** Pages of a million suppliers compared with pages of a hundred: one connection, one page at a time. */
const bigLists: Benchmark = async () => {
  const server = await startSupplierServer();
  const started: ServiceProcess[] = [];
  try {
    const { program, environment } = await buildService("employee");
    const big = await server.create("BIG", bigRows);
    const small = await server.create("SMALL", 0);
    await copyFound(small.connection, "BIG");
    const open = async (database: SupplierDatabase): Promise<PageClient> => {
      const service = await startService({
        program,
        environment: { ...environment, ...database.environment },
        page: list,
        logFolder: server.directory,
      });
      started.push(service);
      return createPageClient(service.origin);
    };
    const clients: Sides<PageClient> = { ours: await open(big), peer: await open(small) };
    const measurements: Measurement[] = [];
    for (const search of [undefined, ...searches]) {
      const ours = await listPages(big.connection, search, middlePages);
      const peer = await listPages(small.connection, search, middlePages);
      measurements.push(...(await comparePages(search, { ours, peer }, clients)));
    }
    return measurements;
  } finally {
    for (const service of started) await service.stop();
    await server.close();
  }
};

/** The hundred rows are copied from the million, and every search finds them all, so every page is full. */
async function copyFound(connection: Connection, from: string): Promise<void> {
  const conditions = searches.map(({ by, text }) => `${by} LIKE ${connection.escape(`${text}%`)}`);
  const [result] = await connection.query<ResultSetHeader>(
    `INSERT INTO suppliers SELECT * FROM ${from}.suppliers WHERE ${conditions.join(" AND ")} LIMIT ?`,
    [smallRows],
  );
  if (result.affectedRows < smallRows)
    throw new Error(
      `only ${result.affectedRows} suppliers are found by all three searches, not ${smallRows}: choose other searches in ${import.meta.filename}`,
    );
}

async function comparePages(
  search: Search | undefined,
  pages: Sides<ListPages>,
  clients: Sides<PageClient>,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const place of ["first", "middle"] as const) {
    const turns = {
      ours: inTurn(clients.ours, pages.ours[place]),
      peer: inTurn(clients.peer, pages.peer[place]),
    };
    await alternate(warmUpPages, turns);
    const { ours, peer } = await alternate(samples, turns);
    measurements.push(
      measure({
        name: "big-lists",
        metric: `${place} page${search ? `, search by ${search.by}` : ""}`,
        unit: "ms",
        better: "lower",
        ours: median(ours),
        peer: { name: `${smallRows} rows`, value: median(peer) },
        goal: "≥ 0.77 ×",
      }),
    );
  }
  return measurements;
}

/** Returns a function that requests the list's pages in a cycle and returns the time each took. */
function inTurn(client: PageClient, queries: readonly string[]): () => Promise<number> {
  let turn = 0;
  return async () => {
    const path = list + (queries[turn % queries.length] ?? "");
    turn += 1;
    const { ms, status, body } = await client(path);
    const rows = body.split(`href="/admin/supplier-update/`).length - 1;
    if (status !== 200 || rows !== pageSize)
      throw new Error(`${path} answered ${status} with ${rows} rows instead of 200 with ${pageSize}`);
    return ms;
  };
}

export default bigLists;

type ListPages = Awaited<ReturnType<typeof listPages>>;

/** Returns the queries of full pages of a list: the first page and at most `count` middle pages. */
async function listPages(connection: Connection, search: Search | undefined, count: number) {
  const by = search?.by ?? "name";
  const where = search ? `WHERE ${by} LIKE ${connection.escape(`${search.text}%`)}` : "";
  const [[found]] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS total FROM suppliers ${where}`,
  );
  const fifth = Math.floor((found?.total as number) / 5);
  const [rows] = await connection.query<(RowDataPacket & Position)[]>(
    `SELECT ${by} AS value, name, id FROM suppliers ${where} ORDER BY ${by}, name, id LIMIT ? OFFSET ?`,
    [fifth, 2 * fifth],
  );
  const step = Math.max(1, Math.floor(fifth / count));
  return {
    first: [pageQuery({ search })],
    /** Spread over the middle fifth of the list, so that they share no rows when the list is long. */
    middle: rows.filter((_, i) => i % step === 0).map((after) => pageQuery({ search, after })),
  };
}

/** Requests a page on the client's one connection. Returns the milliseconds until its last byte, and its text. */
type PageClient = (
  path: string,
) => Promise<{ readonly ms: number; readonly status: number | undefined; readonly body: string }>;

/** Creates a client for an `origin` such as `http://127.0.0.1:8080`. */
function createPageClient(origin: string): PageClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return (path) =>
    new Promise((answered, failed) => {
      const started = performance.now();
      get(origin + path, { agent }, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.once("end", () =>
          answered({ ms: performance.now() - started, status: response.statusCode, body }),
        );
      }).once("error", failed);
    });
}
