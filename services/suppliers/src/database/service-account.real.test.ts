import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleServices, type ServiceBundles } from "../test-service.support.ts";
import { openDatabase } from "./database.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.support.ts";

let testDatabase: TestDatabase;
let bundles: ServiceBundles;
beforeAll(async () => {
  [testDatabase, bundles] = await Promise.all([startTestDatabase(), bundleServices("customer", "employee")]);
});
afterAll(() => Promise.all([testDatabase?.remove(), bundles?.remove()]));

/** Migrates with TLS to the server of the test, as the service's migration task does. */
function migrate(service: string, password: string, environment: Record<string, string> = {}) {
  return promisify(execFile)(process.execPath, [bundles.entry(service), "migrate"], {
    env: {
      ...nodeEnvironment(),
      ...testDatabase.environment,
      APP_DB_SSL_MODE: "VERIFY_CA",
      NODE_EXTRA_CA_CERTS: testDatabase.authorityFile,
      APP_DB_SERVICE_USER: service,
      APP_DB_SERVICE_PASSWORD: password,
      ...environment,
    },
  });
}

function as<Result>(
  user: string,
  password: string,
  work: (connection: Connection) => Promise<Result>,
  sslMode: "DISABLED" | "REQUIRED" = "REQUIRED",
) {
  const configuration = { ...testDatabase.configuration, user, password, sslMode };
  return openDatabase(configuration, async () => {}).then(async (database) => {
    try {
      return await database.withConnection(work);
    } finally {
      await database.close();
    }
  });
}

const columns = "(name, address, city, state, email, phone)";
const insert = `INSERT INTO suppliers ${columns} VALUES ('a', 'b', 'c', 'd', 'e', 'f')`;

describe("a migration with an account of the service", () => {
  beforeAll(() => Promise.all([migrate("customer", "read"), migrate("employee", "write")]));

  it("allows customer only to read", () =>
    as("customer", "read", async (connection) => {
      await connection.query("SELECT * FROM suppliers");
      await connection.query("SELECT id FROM schema_migrations");
      for (const statement of [
        insert,
        "DELETE FROM suppliers",
        "DROP TABLE suppliers",
        "SELECT * FROM mysql.user",
      ])
        await expect(connection.query(statement)).rejects.toThrow("denied");
    }));

  it("allows employee to change suppliers, but neither the schema nor the applied migrations", () =>
    as("employee", "write", async (connection) => {
      await connection.query(insert);
      await connection.query("UPDATE suppliers SET name = 'z'");
      await connection.query("DELETE FROM suppliers");
      for (const statement of ["ALTER TABLE suppliers ADD x INT", "DELETE FROM schema_migrations"])
        await expect(connection.query(statement)).rejects.toThrow("denied");
    }));

  it("refuses the account a connection without TLS", async () => {
    const plain = as("customer", "read", async () => {}, "DISABLED");
    await expect(plain).rejects.toThrow(/as customer: Access denied/);
  });

  it("gives the account the secret's current password", async () => {
    await migrate("customer", "new");
    await expect(as("customer", "read", async () => {})).rejects.toThrow("Access denied");
    const cipher = await as("customer", "new", async (connection) => {
      const [rows] = await connection.query<RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
      return rows[0]?.Value;
    });
    expect(cipher).toMatch(/./);
  });
});

describe("TLS to the database", () => {
  it("refuses a server without a certificate of a trusted authority, and states the fix", async () => {
    const migrating = migrate("customer", "new", { NODE_EXTRA_CA_CERTS: "" });
    const { stdout } = await migrating.catch((error: { stdout: string }) => error);
    expect(stdout).toMatch(/cannot use the database COFFEE at 127.0.0.1:\d+ as nodeapp: .*certificate/);
    expect(stdout).toContain("set APP_DB_SSL_MODE to REQUIRED");
  });
});
