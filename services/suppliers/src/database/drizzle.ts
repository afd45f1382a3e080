import { index, int, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { drizzle, type MySqlRemoteDatabase } from "drizzle-orm/mysql-proxy";
import type { QueryResult } from "mysql2/promise";

/** The lab's table, with the monolith's names and lengths. */
export const suppliers = mysqlTable(
  "suppliers",
  {
    id: int().autoincrement().primaryKey(),
    name: varchar({ length: 255 }).notNull(),
    address: varchar({ length: 255 }).notNull(),
    city: varchar({ length: 255 }).notNull(),
    state: varchar({ length: 255 }).notNull(),
    email: varchar({ length: 255 }).notNull(),
    phone: varchar({ length: 100 }).notNull(),
  },
  (table) => [
    index("suppliers_by_name").on(table.name, table.id),
    index("suppliers_by_city").on(table.city, table.name, table.id),
    index("suppliers_by_state").on(table.state, table.name, table.id),
  ],
);

export interface Statement {
  readonly sql: string;
  readonly values: (string | number)[];
  /** Rows as arrays of their columns' values, not as objects. */
  readonly rowsAsArray: boolean;
}

/** Runs a statement that the server prepares: values are sent separately from its text, never in it. */
export type StatementRunner = (statement: Statement) => Promise<QueryResult>;

/** Drizzle's own MySQL driver inserts the values into the text; this one runs every query as a prepared statement. */
export function openDrizzle(run: StatementRunner): MySqlRemoteDatabase {
  return drizzle(async (sql, values, method) => {
    if (method === "all") return { rows: (await run({ sql, values, rowsAsArray: true })) as unknown[] };
    return { rows: [await run({ sql, values, rowsAsArray: false })] };
  });
}
