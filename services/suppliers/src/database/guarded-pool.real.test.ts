import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Cut, startCuttingProxy } from "./cutting-proxy.support.ts";
import { type Database, openDatabase } from "./database.ts";
import { isDatabaseUnreachable } from "./database-failure.ts";
import { type DatabaseLimits, serviceLimits } from "./guarded-pool.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.support.ts";

/** A service's limits, but with shorter timeouts. */
const limits: DatabaseLimits = {
  ...serviceLimits,
  connections: 2,
  waiting: 3,
  answerMs: 1500,
  connectMs: 1000,
  lockWaitSeconds: 1,
  schemaLockWaitSeconds: 1,
  serverMs: 1200,
};
const noWait = async () => {};

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await startTestDatabase();
  await (await testDatabase.open()).close();
});
afterAll(() => testDatabase.remove());
beforeEach(async () => {
  database = await openDatabase(testDatabase.configuration, noWait, limits);
  await database.withConnection((connection) => connection.query("TRUNCATE suppliers"));
});
afterEach(() => database.close());

const insertRows = (rows: number) => ({
  sql: `INSERT INTO suppliers (name, address, city, state, email, phone) VALUES ${Array(rows)
    .fill("('n', 'a', 'c', 's', 'e', ?)")
    .join(", ")}`,
  values: Array<string>(rows).fill("123"),
  rowsAsArray: false,
});
const select = (sql: string, values: (string | number)[] = []) => ({ sql, values, rowsAsArray: true });
const ask = async (sql: string, values?: (string | number)[]) =>
  ((await database.run(select(sql, values))) as unknown[][])[0]?.[0];
const countRows = () => ask("SELECT COUNT(*) FROM suppliers");

/** Runs `action` several times in parallel; returns the failures in their order. */
async function failures(times: number, action: (index: number) => Promise<unknown>): Promise<Error[]> {
  const failed: Error[] = [];
  await Promise.all(
    Array.from({ length: times }, (_, index) =>
      action(index).catch((error) => {
        failed.push(error);
      }),
    ),
  );
  return failed;
}

const failureOf = async (work: Promise<unknown>) => (await failures(1, () => work))[0];

describe("a server that hangs", () => {
  afterEach(() => testDatabase.resume());

  it("delays statements that have or wait for a connection, within the limit; all others fail at once", async () => {
    await Promise.all([ask("SELECT 1"), ask("SELECT 2")]);
    await testDatabase.pause();
    const failed = await failures(9, (index) => ask("SELECT ?", [index]));
    expect(failed.every(isDatabaseUnreachable)).toBe(true);
    expect(failed.map(({ message }) => message)).toEqual([
      ...Array(4).fill("3 statements already wait for a connection to the database"),
      ...Array(5).fill("the database did not answer within 1500 ms"),
    ]);
  });

  it("is probed by one statement, and returns each statement its own result when it continues", async () => {
    await Promise.all([ask("SELECT 1"), ask("SELECT 2")]);
    await testDatabase.pause();
    await failures(2, (index) => ask("SELECT ?", [index]));
    await expect(ask("SELECT 3"), "both connections have been given up").rejects.toThrow(
      "no connection to the database: connect ETIMEDOUT",
    );
    await expect(ask("SELECT 4")).rejects.toThrow("no connection to the database: connect ETIMEDOUT");
    await testDatabase.resume();
    await expect.poll(() => ask("SELECT ?", [5]).catch(String)).toBe(5);
    expect(await Promise.all([6, 7, 8].map((number) => ask("SELECT ?", [number])))).toEqual([6, 7, 8]);
  });
});

describe("a statement that the server cannot finish", () => {
  const connectionId = () => ask("SELECT CONNECTION_ID()");

  it.each([
    ["read", () => countRows()],
    ["write", () => database.run(insertRows(1))],
  ])("fails as a %s on a locked table, and keeps its connection", async (_, statement) => {
    const before = await connectionId();
    const other = await testDatabase.connect();
    await other.query("LOCK TABLES suppliers WRITE");
    const failed = await failureOf(statement());
    expect(failed).toMatchObject({ code: "ER_LOCK_WAIT_TIMEOUT" });
    expect(isDatabaseUnreachable(failed)).toBe(true);
    await other.query("UNLOCK TABLES");
    await other.end();
    expect(await countRows()).toBe(0);
    expect(await connectionId()).toBe(before);
  });

  it("fails on a locked row, and keeps its connection", async () => {
    await database.run(insertRows(1));
    const before = await connectionId();
    const other = await testDatabase.connect();
    await other.query("BEGIN");
    await other.query("UPDATE suppliers SET phone = '456'");
    const change = { sql: "UPDATE suppliers SET phone = ?", values: ["789"], rowsAsArray: false };
    await expect(database.run(change)).rejects.toMatchObject({ code: "ER_LOCK_WAIT_TIMEOUT" });
    await other.query("ROLLBACK");
    await other.end();
    expect(await connectionId()).toBe(before);
  });

  it("fails when it waits for a table as a migration does, so that the others continue", async () => {
    const other = await testDatabase.connect();
    await other.query("LOCK TABLES suppliers READ");
    const migration = database.withConnection((connection) =>
      connection.query("ALTER TABLE suppliers COMMENT 'changed'"),
    );
    await expect(migration).rejects.toMatchObject({ code: "ER_LOCK_WAIT_TIMEOUT" });
    expect(await countRows()).toBe(0);
    await other.end();
  });

  it("is ended by the server itself, and keeps its connection", async () => {
    const before = await connectionId();
    const failed = await failureOf(ask("SELECT SLEEP(60)"));
    expect(failed).toMatchObject({ sqlState: expect.any(String) });
    expect(isDatabaseUnreachable(failed)).toBe(true);
    expect(await connectionId()).toBe(before);
  });
});

describe("connections", () => {
  it("never exceed the limit, however many statements run", async () => {
    const counts = await Promise.all(
      Array.from({ length: limits.connections + limits.waiting }, () => ask("SELECT CONNECTION_ID()")),
    );
    expect(new Set(counts).size).toBe(limits.connections);
  });

  it("stay in use when the server has no more of them", async () => {
    const allow = (number: number) => `ALTER USER nodeapp WITH MAX_USER_CONNECTIONS ${number}`;
    await database.withConnection((connection) => connection.query(allow(1)));
    try {
      const failed = await failures(2, () => ask("SELECT SLEEP(0.1)"));
      expect(failed).toHaveLength(1);
      expect(isDatabaseUnreachable(failed[0]), failed[0]?.message).toBe(true);
      expect(await ask("SELECT 2")).toBe(2);
    } finally {
      await database.run(select(allow(0)));
    }
  });

  it("keep only a limited number of prepared statements, for any lengths of inserts", async () => {
    for (let rows = 1; rows <= 60; rows++) await database.run(insertRows(rows));
    const [, kept] = (
      (await database.run(select("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'"))) as string[][]
    )[0] ?? [""];
    // Includes the statement that reads the count.
    expect(Number(kept)).toBeLessThanOrEqual(41);
    expect(await countRows()).toBe((60 * 61) / 2);
  });

  it("are replaced unnoticed when they ended while idle", async () => {
    await Promise.all([ask("SELECT 1"), ask("SELECT 2")]);
    await testDatabase.crash();
    await testDatabase.bringUp();
    await Promise.all([database.run(insertRows(1)), database.run(insertRows(1))]);
    expect(await countRows()).toBe(2);
  });

  it("are not available after closing", async () => {
    await database.close();
    expect(isDatabaseUnreachable(await failureOf(ask("SELECT 1")))).toBe(true);
  });
});

describe("a connection that is lost", () => {
  let proxy: Awaited<ReturnType<typeof startCuttingProxy>>;
  let throughProxy: Database;
  beforeEach(async () => {
    proxy = await startCuttingProxy(testDatabase.configuration.port);
    const { port } = proxy;
    throughProxy = await openDatabase({ ...testDatabase.configuration, port }, noWait, limits);
  });
  afterEach(async () => {
    await throughProxy.close();
    await proxy.close();
  });

  it("makes one statement fail when lost silently; the others lost with it are not tried", async () => {
    await Promise.all([throughProxy.ping(), throughProxy.ping()]);
    proxy.silenceAll();
    await expect(throughProxy.ping()).rejects.toThrow("the database did not answer within 1500 ms");
    await throughProxy.ping();
  });

  it.each<[Cut, string, number, number]>([
    ["request lost", "read", 2, 0],
    ["answer lost", "read", 2, 0],
    ["request lost", "write", 1, 0],
    ["answer lost", "write", 1, 1],
  ])("with the %s of a %s: %i connections, %i row", async (cut, kind, connections, rows) => {
    const statement = kind === "read" ? select("SELECT COUNT(*) FROM suppliers") : insertRows(1);
    // Ensures that the statement is prepared.
    await throughProxy.run(statement);
    await database.withConnection((connection) => connection.query("TRUNCATE suppliers"));
    const before = proxy.connections();
    proxy.cutNext(cut);
    const result = throughProxy.run(statement);
    if (kind === "read") expect(await result).toEqual([[0]]);
    else expect(isDatabaseUnreachable(await failureOf(result))).toBe(true);
    expect(proxy.connections() - before + 1).toBe(connections);
    expect(await countRows()).toBe(rows);
  });
});
