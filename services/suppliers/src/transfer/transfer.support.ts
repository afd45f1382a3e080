import type { Hono } from "hono";
import type { RowDataPacket } from "mysql2";
import { startTestDatabase, type TestDatabase } from "../database/test-database.support.ts";
import { inventSupplier } from "../domain/invented-suppliers.ts";
import { fieldNames, type SupplierFields } from "../domain/supplier.ts";
import type { SupplierStore } from "../domain/supplier-queries.ts";
import type { Site } from "../pages/layout.ts";
import { partsForTests } from "../parts.support.ts";
import { transferSuppliers } from "../routes/transfer-suppliers.ts";
import { createSite, type SiteParts } from "../site.ts";

const site: Site = {
  service: "employee",
  brand: { en: "Suppliers", fr: "Fournisseurs" },
  basePath: "/admin",
  home: "/admin/suppliers",
  links: [],
  navbar: "navbar-dark bg-dark",
};

export const importPath = "/admin/supplier-import";
export const exportPath = "/admin/suppliers.csv";

/** For tests: import and export on a database of their own. */
export async function startTransferTest() {
  const testDatabase = await startTestDatabase();
  const database = await testDatabase.open();
  const parts = partsForTests(database);
  return {
    testDatabase,
    suppliers: database.suppliers,
    /** What has been logged since the table was emptied. */
    logged: parts.logged,
    app: createApp(parts),
    /** With some of the queries replaced. */
    appWith: (queries: Partial<SupplierStore>) =>
      createApp({ ...parts, suppliers: { ...database.suppliers, ...queries } }),
    empty: async () => {
      parts.logged.length = 0;
      await database.withConnection((connection) => connection.query("TRUNCATE TABLE suppliers"));
    },
    /** How many suppliers the database holds. */
    count: () => count(testDatabase),
    remove: async () => {
      await database.close();
      await testDatabase.remove();
    },
  };
}

export type TransferTest = Awaited<ReturnType<typeof startTransferTest>>;

function createApp(parts: SiteParts): Hono {
  const app = createSite(site, parts);
  transferSuppliers(app, site, parts);
  return app;
}

/** Over a connection of the test's own: the service's pauses for a moment once the database was away. */
async function count(testDatabase: TestDatabase): Promise<number> {
  const connection = await testDatabase.connect();
  try {
    const [rows] = await connection.query<RowDataPacket[]>("SELECT COUNT(*) AS held FROM suppliers");
    return rows[0]?.held;
  } finally {
    await connection.end();
  }
}

export const header = fieldNames.join(",");
export const line = (fields: SupplierFields) => fieldNames.map((name) => fields[name]).join(",");
/** Rows of invented suppliers, none of whose values needs quotes. */
export const lines = (count: number) =>
  Array.from({ length: count }, (_, number) => line(inventSupplier(number)));
export const csv = (...rows: string[]) => [header, ...rows, ""].join("\n");

/** As a script sends a file. */
export const send = (app: Hono, body: string | Buffer, headers: Record<string, string> = {}) =>
  app.request(importPath, {
    method: "POST",
    body: body as string,
    headers: { "content-type": "text/csv", accept: "application/json", ...headers },
  });

/** As a browser's form sends it. */
export function submit(app: Hono, file: string, headers: Record<string, string> = {}) {
  const body = new FormData();
  body.set("file", new File([file], "suppliers.csv", { type: "text/csv" }));
  return app.request(importPath, { method: "POST", body, headers });
}
