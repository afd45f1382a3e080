import { drizzle, type MySqlRemoteDatabase } from "drizzle-orm/mysql-proxy";
import type { QueryResult } from "mysql2/promise";

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
