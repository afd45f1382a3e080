import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "./database.ts";
import { migrate } from "./migrate.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.support.ts";

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await startTestDatabase();
});
afterAll(() => testDatabase.remove());

const connect = () => testDatabase.connect();

describe("migrations", () => {
  it("are applied once although several tasks start together", async () => {
    const connections = await Promise.all([connect(), connect(), connect(), connect()]);
    const once = { id: "9000-once", statements: ["CREATE TABLE made_once (id INT)"] };
    const applied = await Promise.all(connections.map((connection) => migrate(connection, [once])));
    expect(applied.flat()).toEqual(["9000-once"]);
    await Promise.all(connections.map((connection) => connection.end()));
  });

  it("need no right to create tables in a database that is up to date", async () => {
    const owner = await connect();
    const once = { id: "9002-once", statements: [] };
    await migrate(owner, [once]);
    await owner.query("CREATE USER reader IDENTIFIED BY 'read'");
    await owner.query("GRANT SELECT ON schema_migrations TO reader");
    await owner.end();
    const configuration = { ...testDatabase.configuration, user: "reader", password: "read" };
    const database = await openDatabase(configuration, async () => {});
    try {
      expect(await database.withConnection((reader) => migrate(reader, [once]))).toEqual([]);
    } finally {
      await database.close();
    }
  });

  it("release the lock when a statement fails", async () => {
    const connection = await connect();
    const broken = { id: "9001-broken", statements: ["CREATE TABLE"] };
    await expect(migrate(connection, [broken])).rejects.toThrow("SQL syntax");
    const other = await connect();
    expect(await migrate(other, [{ id: "9001-broken", statements: [] }])).toEqual(["9001-broken"]);
    await Promise.all([connection.end(), other.end()]);
  });
});

describe("an unavailable database", () => {
  const noWait = async () => {};

  it("that refuses access is reported at once", async () => {
    const waits: number[] = [];
    const wrong = { ...testDatabase.configuration, password: "wrong" };
    const opening = openDatabase(wrong, async (ms) => waits.push(ms));
    await expect(opening).rejects.toThrow(
      /^cannot use the database COFFEE at 127.0.0.1:\d+ as nodeapp: Access denied/,
    );
    expect(waits).toEqual([]);
  });

  it("that does not respond is reported after some attempts", async () => {
    const nobody = { ...testDatabase.configuration, port: 1 };
    await expect(openDatabase(nobody, noWait)).rejects.toThrow("ECONNREFUSED 127.0.0.1:1");
  });

  it("that starts in the meantime is used", async () => {
    await testDatabase.takeDown();
    let up: Promise<void> | undefined;
    const { ping, close } = await openDatabase(testDatabase.configuration, async () => {
      up ??= testDatabase.bringUp();
      await up;
    });
    await ping();
    await close();
  });
});
