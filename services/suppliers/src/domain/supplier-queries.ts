import { and, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { MySqlRawQueryResult } from "drizzle-orm/mysql2";
import { openDrizzle, type StatementRunner, suppliers } from "../database/drizzle.ts";
import { createPageReader } from "./page-queries.ts";
import { type FieldName, fieldNames, type Supplier, type SupplierFields } from "./supplier.ts";
import type { PageRequest, SupplierPage } from "./supplier-page.ts";

/** A supplier and the state it was read in, which a later change can require. */
export type VersionedSupplier = Supplier & { readonly version: string };

/** `changed`: another user changed the supplier since its version was read; nothing was written. */
export type ChangeResult = "done" | "changed" | "absent";

export interface SupplierReader {
  readPage(request: PageRequest): Promise<SupplierPage>;
}

export interface SupplierStore extends SupplierReader {
  find(id: number): Promise<VersionedSupplier | undefined>;
  add(fields: SupplierFields): Promise<void>;
  /** Adds all of them or none; from one to `batchSize`. */
  addAll(rows: readonly SupplierFields[]): Promise<void>;
  /** Without a version the current state is overwritten. */
  update(id: number, fields: SupplierFields, version?: string): Promise<ChangeResult>;
  remove(id: number, version?: string): Promise<ChangeResult>;
}

/** Six values a row: a prepared statement takes 65,535 at most, and a batch is a few hundred kilobytes. */
export const batchSize = 1000;

/**
 * A digest of the row's content, computed by the database, instead of a column that counts changes. It also detects
 * changes by the old monolith or manual ones, and leaves the lab's table unchanged.
 */
const version = sql<string>`SHA2(CONCAT_WS(CHAR(0), ${sql.join(
  fieldNames.map((name) => suppliers[name]),
  sql`, `,
)}), 256)`;

const typed = Object.fromEntries(
  fieldNames.map((name) => [name, sql`${sql.placeholder(name)}`]),
) as unknown as Record<FieldName, SQL>;

/** Statements are built once: building one per request costs more than running it. */
export function createSupplierQueries(run: StatementRunner): SupplierStore {
  const database = openDrizzle(run);
  const id = sql.placeholder("id");
  const byId = eq(suppliers.id, id);
  const unchanged = and(byId, eq(version, sql.placeholder("version")));
  const find = database
    .select({ ...getTableColumns(suppliers), version })
    .from(suppliers)
    .where(byId)
    .prepare();
  const add = database.insert(suppliers).values(typed).prepare();
  const update = database.update(suppliers).set(typed).where(byId).prepare();
  const updateUnchanged = database.update(suppliers).set(typed).where(unchanged).prepare();
  const remove = database.delete(suppliers).where(byId).prepare();
  const removeUnchanged = database.delete(suppliers).where(unchanged).prepare();

  const findOne = async (id: number) => (await find.execute({ id }))[0];
  const judge = async (id: number, [{ affectedRows }]: MySqlRawQueryResult): Promise<ChangeResult> => {
    // mysql2 counts the rows found, changed or not.
    if (affectedRows > 0) return "done";
    return (await findOne(id)) ? "changed" : "absent";
  };
  return {
    readPage: createPageReader(database),
    find: findOne,
    async add(fields) {
      await add.execute({ ...fields });
    },
    async addAll(rows) {
      await database.insert(suppliers).values([...rows]);
    },
    async update(id, fields, version) {
      const statement = version === undefined ? update : updateUnchanged;
      return judge(id, await statement.execute({ id, version, ...fields }));
    },
    async remove(id, version) {
      const statement = version === undefined ? remove : removeUnchanged;
      return judge(id, await statement.execute({ id, version }));
    },
  };
}
