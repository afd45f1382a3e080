import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startDatabaseServer } from "@ecs-delivery/simulator/runtime/database/database-server";
import { type Connection, createConnection } from "mysql2/promise";

/**
 * A million suppliers take 310 MB with their indexes, so this server gets the memory for them. The rehearsal's server,
 * otherwise the same, has 64 MB.
 */
const bufferPoolBytes = 512 * 1024 * 1024;
const account = { user: "nodeapp", password: "coffee" };
/** Any service has the commands that create and fill the table. */
const program = join(import.meta.dirname, "..", "services", "customer", "src", "index.ts");

export interface SupplierDatabase {
  /** Environment that a service needs to use this database. */
  readonly environment: Readonly<Record<string, string>>;
  /** Closed with the server. */
  readonly connection: Connection;
}

/** Starts a database server for one benchmark. */
export async function startSupplierServer() {
  const directory = await mkdtemp(join(tmpdir(), "bench-"));
  const server = await startDatabaseServer({ dataDirectory: join(directory, "database"), ...account });
  const { host, port } = server;
  const connections: Connection[] = [];
  return {
    /** The server's folder, removed with it. */
    directory,
    /** Creates a database with the suppliers' table and `rows` invented suppliers. */
    create: async (name: string, rows: number): Promise<SupplierDatabase> => {
      const connection = await createConnection({ host, port, ...account });
      connections.push(connection);
      await connection.query("SET GLOBAL innodb_buffer_pool_size = ?", [bufferPoolBytes]);
      await connection.query(`CREATE DATABASE ${name}`);
      await connection.changeUser({ database: name });
      const environment = {
        APP_DB_HOST: host,
        APP_DB_PORT: String(port),
        APP_DB_USER: account.user,
        APP_DB_PASSWORD: account.password,
        APP_DB_NAME: name,
      };
      await runCommand(environment, "migrate");
      if (rows > 0) await runCommand(environment, "seed", String(rows));
      return { environment, connection };
    },
    close: async () => {
      for (const connection of connections) await connection.end();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const runCommand = (environment: Record<string, string>, ...args: string[]) =>
  promisify(execFile)(process.execPath, [program, ...args], { env: environment });
