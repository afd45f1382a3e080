import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  bundleServices,
  type ServiceBundles,
  startTestService,
  type TestService,
} from "../test-service.support.ts";
import { serviceLimits } from "./guarded-pool.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.support.ts";

let testDatabase: TestDatabase;
let bundles: ServiceBundles;
let service: TestService;
beforeAll(async () => {
  [testDatabase, bundles] = await Promise.all([startTestDatabase(), bundleServices("employee")]);
  // A killed server would otherwise lose the commits of the last second, the migrations among them.
  const connection = await testDatabase.connect();
  await connection.query("SET GLOBAL innodb_flush_log_at_trx_commit = 1");
  await connection.end();
  await (await testDatabase.open()).close();
});
afterAll(() => Promise.all([testDatabase?.remove(), bundles?.remove()]));
beforeEach(async () => {
  service = await startTestService("employee", testDatabase.environment, bundles.entry("employee"));
});
afterEach(async () => {
  service.process.kill("SIGKILL");
  await service.ended;
});

interface Answer {
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
  readonly connection: string | undefined;
}

let asked = 0;
const fields = { name: "n", address: "a", city: "c", state: "s", email: "e@e.example", phone: "12345" };
const listPath = () => `/admin/suppliers?search=${asked++}`;

async function send(method: "GET" | "POST", path: string, agent: Agent | false = false): Promise<Answer> {
  const outgoing = request(service.url + path, { method, agent });
  if (method === "POST") {
    outgoing.setHeader("Content-Type", "application/x-www-form-urlencoded");
    // Each request comes from another visitor, whose writes are counted separately.
    outgoing.setHeader("X-Forwarded-For", `2001:db8::${(asked++).toString(16)}`);
  }
  outgoing.end(method === "POST" ? new URLSearchParams(fields).toString() : undefined);
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  const { "retry-after": retryAfter, connection } = response.headers;
  return { status: response.statusCode, retryAfter, connection };
}

/** Each read requests another page: reads of the same page are shared. */
const read = (agent?: Agent) => send("GET", listPath(), agent);
const write = (agent?: Agent) => send("POST", "/admin/supplier-add", agent);

const statusesOf = (answers: readonly Answer[]) => new Set(answers.map(({ status }) => status));
const becomes = (status: number) =>
  expect.poll(async () => (await read()).status, { timeout: 300_000 }).toBe(status);

/** Clients that read, add and check the health without pause, until stopped. */
function startLoad() {
  const answers: Answer[] = [];
  const health: Answer[] = [];
  let stopped = false;
  const repeat = async (action: () => Promise<Answer>, into: Answer[]) => {
    while (!stopped) into.push(await action());
  };
  const clients = [
    ...[read, read, read, read, write, write].map((action) => repeat(() => action(), answers)),
    repeat(() => send("GET", "/admin/health"), health),
  ];
  return {
    answers,
    health,
    /** Waits for this many more responses with one of the statuses. */
    see: (count: number, ...statuses: number[]) => {
      const from = answers.length;
      const seen = () => answers.slice(from).filter(({ status = 0 }) => statuses.includes(status)).length;
      return expect.poll(seen, { timeout: 300_000 }).toBeGreaterThan(count);
    },
    stop: async () => {
      stopped = true;
      await Promise.all(clients);
    },
  };
}

describe("a service under load", () => {
  it("returns 503 while its database is dead, and serves again when it is back", async () => {
    const load = startLoad();
    await load.see(50, 200, 302);
    for (let crash = 0; crash < 2; crash++) {
      await testDatabase.crash();
      await load.see(50, 503);
      await testDatabase.bringUp();
      await load.see(50, 200);
      await load.see(5, 302);
    }
    await load.stop();
    expect([...statusesOf(load.answers)].sort()).toEqual([200, 302, 503]);
    const unavailable = load.answers.filter(({ status }) => status === 503);
    expect(unavailable.filter(({ retryAfter }) => !(Number(retryAfter) > 0))).toEqual([]);
    expect(statusesOf(load.health)).toEqual(new Set([200]));
    expect(service.process.exitCode).toBeNull();
  });

  it("fails no read and no write when it is stopped", async () => {
    const database = await testDatabase.open();
    await database.withConnection((connection) => connection.query("TRUNCATE suppliers"));
    /** Uses one kept connection until a response closes it, as a load balancer does. */
    const untilClosed = async (action: (agent: Agent) => Promise<Answer>) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const answers: Answer[] = [];
      do answers.push(await action(agent));
      while (answers.at(-1)?.connection !== "close");
      agent.destroy();
      return answers;
    };
    const load = Promise.all([write, read, write, read].map(untilClosed));
    await write();
    service.process.kill("SIGTERM");
    const answers = (await load).flat();
    expect(statusesOf(answers)).toEqual(new Set([200, 302]));
    expect(await service.ended).toMatchObject({ code: 0 });
    const [[count]] = (await database.run({
      sql: "SELECT COUNT(*) FROM suppliers",
      values: [],
      rowsAsArray: true,
    })) as [[number]];
    expect(count, "rows for all that was answered").toBe(
      1 + answers.filter(({ status }) => status === 302).length,
    );
    await database.close();
  });
});

describe("a service whose database does not respond", () => {
  const more = serviceLimits.connections + serviceLimits.waiting + 20;
  const many = () => Promise.all(Array.from({ length: more }, () => read()));

  it("returns 503 while it hangs, stays alive, and serves again when it continues", async () => {
    await read();
    await testDatabase.pause();
    const waiting = many();
    expect(await send("GET", "/admin/health")).toMatchObject({ status: 200 });
    expect(statusesOf(await waiting)).toEqual(new Set([503]));
    expect(statusesOf(await many())).toEqual(new Set([503]));
    await testDatabase.resume();
    await becomes(200);
    expect(statusesOf(await Promise.all([read(), read(), write()]))).toEqual(new Set([200, 302]));
  });
});
