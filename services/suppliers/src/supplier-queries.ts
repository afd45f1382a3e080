import { asc, eq, sql } from "drizzle-orm";
import type { MySql2Database } from "drizzle-orm/mysql2";
import { suppliers } from "./schema.ts";
import type { Supplier, SupplierFields } from "./supplier.ts";

export interface SupplierReader {
  /** Every supplier, by name. */
  list(): Promise<Supplier[]>;
}

export interface SupplierStore extends SupplierReader {
  find(id: number): Promise<Supplier | undefined>;
  add(fields: SupplierFields): Promise<void>;
  /** False when there is no such supplier. */
  update(id: number, fields: SupplierFields): Promise<boolean>;
  /** False when there is no such supplier. */
  remove(id: number): Promise<boolean>;
}

/** Statements are built once: building one per request costs more than running it. */
export function createSupplierQueries(database: MySql2Database): SupplierStore {
  const id = sql.placeholder("id");
  const list = database.select().from(suppliers).orderBy(asc(suppliers.name), asc(suppliers.id)).prepare();
  const find = database.select().from(suppliers).where(eq(suppliers.id, id)).prepare();
  const add = database
    .insert(suppliers)
    .values({
      name: sql.placeholder("name"),
      address: sql.placeholder("address"),
      city: sql.placeholder("city"),
      state: sql.placeholder("state"),
      email: sql.placeholder("email"),
      phone: sql.placeholder("phone"),
    })
    .prepare();
  const update = database
    .update(suppliers)
    .set({
      name: sql`${sql.placeholder("name")}`,
      address: sql`${sql.placeholder("address")}`,
      city: sql`${sql.placeholder("city")}`,
      state: sql`${sql.placeholder("state")}`,
      email: sql`${sql.placeholder("email")}`,
      phone: sql`${sql.placeholder("phone")}`,
    })
    .where(eq(suppliers.id, id))
    .prepare();
  const remove = database.delete(suppliers).where(eq(suppliers.id, id)).prepare();
  return {
    list: () => list.execute(),
    find: async (id) => (await find.execute({ id }))[0],
    add: async (fields) => {
      await add.execute({ ...fields });
    },
    // mysql2 counts the rows found, changed or not.
    update: async (id, fields) => (await update.execute({ id, ...fields }))[0].affectedRows > 0,
    remove: async (id) => (await remove.execute({ id }))[0].affectedRows > 0,
  };
}
