import type { Agent } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Answer, ask, askUntilClosed } from "../ask.support.ts";
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
  service = await startTestService([bundles.entry("employee")], testDatabase.environment);
});
afterEach(async () => {
  service.child.kill("SIGKILL");
  await service.ended;
});

let asked = 0;
const fields = { name: "n", address: "a", city: "c", state: "s", email: "e@e.example", phone: "12345" };
const listPath = () => `/admin/suppliers?search=${asked++}`;

/** Each read requests another page: reads of the same page are shared. */
const read = (agent?: Agent) => ask(service.port, listPath(), { agent });
/** Each write comes from another visitor, whose writes are counted separately. */
const write = (agent?: Agent) =>
  ask(service.port, "/admin/supplier-add", {
    ...{ agent, form: fields },
    headers: { "X-Forwarded-For": `2001:db8::${(asked++).toString(16)}` },
  });
const checkHealth = () => ask(service.port, "/admin/health");

const statusesOf = (answers: readonly Answer[]) => new Set(answers.map(({ status }) => status));
const becomes = (status: number) => expect.poll(async () => (await read()).status).toBe(status);

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
    repeat(() => checkHealth(), health),
  ];
  return {
    answers,
    health,
    /** Waits for this many more responses with one of the statuses. */
    see: (count: number, ...statuses: number[]) => {
      const from = answers.length;
      const seen = () => answers.slice(from).filter(({ status = 0 }) => statuses.includes(status)).length;
      return expect.poll(seen).toBeGreaterThan(count);
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
    expect(service.child.exitCode).toBeNull();
  });

  it("fails no read and no write when it is stopped", async () => {
    const database = await testDatabase.open();
    await database.withConnection((connection) => connection.query("TRUNCATE suppliers"));
    const load = Promise.all([write, read, write, read].map(askUntilClosed));
    await write();
    service.child.kill("SIGTERM");
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
    expect(await checkHealth()).toMatchObject({ status: 200 });
    expect(statusesOf(await waiting)).toEqual(new Set([503]));
    expect(statusesOf(await many())).toEqual(new Set([503]));
    await testDatabase.resume();
    await becomes(200);
    expect(statusesOf(await Promise.all([read(), read(), write()]))).toEqual(new Set([200, 302]));
  });
});
