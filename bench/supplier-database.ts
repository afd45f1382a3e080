import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { migrate } from "../services/suppliers/src/migrate.ts";
import { migrations } from "../services/suppliers/src/migrations.ts";
import { startDatabaseServer } from "../simulator/src/planes/database-server.ts";

const account = { user: "nodeapp", password: "coffee" };

/** A database server for one benchmark; `directory` is its own and removed with it. */
export async function startSupplierServer() {
  const directory = await mkdtemp(join(tmpdir(), "bench-"));
  const server = await startDatabaseServer({ dataDirectory: join(directory, "database"), ...account });
  const { host, port } = server;
  return {
    directory,
    /** Makes a database with the suppliers' table and that many rows. */
    create: async (name: string, rows: number) => {
      const admin = await createConnection({ host, port, ...account });
      await admin.query(`CREATE DATABASE ${name}`);
      await admin.changeUser({ database: name });
      await migrate(admin, migrations);
      await fill(admin, rows);
      return {
        connection: admin,
        environment: {
          APP_DB_HOST: host,
          APP_DB_PORT: String(port),
          APP_DB_USER: account.user,
          APP_DB_PASSWORD: account.password,
          APP_DB_NAME: name,
        },
      };
    },
    close: async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const rowsPerStatement = 1000;
const cities = ["Bogotá", "Addis Ababa", "Hà Nội", "Antigua", "Le Havre"];

async function fill(connection: Connection, rows: number): Promise<void> {
  for (let first = 0; first < rows; first += rowsPerStatement) {
    const batch = Array.from({ length: Math.min(rowsPerStatement, rows - first) }, (_, i) => {
      const n = String(first + i).padStart(7, "0");
      const city = cities[(first + i) % cities.length];
      return [
        `Supplier ${n}`,
        `${n} Market Street`,
        city,
        "State",
        `orders-${n}@example.com`,
        "+33 1 23 45 67 89",
      ];
    });
    await connection.query("INSERT INTO suppliers (name, address, city, state, email, phone) VALUES ?", [
      batch,
    ]);
  }
}

/** Email addresses of the first page, in its order: unlike names they need no escaping in HTML. */
export async function firstPageOf(connection: Connection): Promise<string[]> {
  const [found] = await connection.query<RowDataPacket[]>(
    "SELECT email FROM suppliers ORDER BY name, id LIMIT 20",
  );
  return found.map(({ email }) => email as string);
}
