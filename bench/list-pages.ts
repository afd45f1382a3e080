import type { Connection, RowDataPacket } from "mysql2/promise";
import { type Position, pageQuery, type Search } from "../services/suppliers/src/domain/supplier-page.ts";

export interface ListPages {
  readonly first: readonly string[];
  /** Spread over the middle fifth of the list, so that they share no rows when the list is long. */
  readonly middle: readonly string[];
}

/** Returns the queries of full pages of a list: the first page and at most `count` middle pages. */
export async function listPages(
  connection: Connection,
  search: Search | undefined,
  count: number,
): Promise<ListPages> {
  const by = search?.by ?? "name";
  const where = search ? `WHERE ${by} LIKE ${connection.escape(`${search.text}%`)}` : "";
  const [[found]] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS total FROM suppliers ${where}`,
  );
  const fifth = Math.floor((found?.total as number) / 5);
  const [rows] = await connection.query<(RowDataPacket & Position)[]>(
    `SELECT ${by} AS value, name, id FROM suppliers ${where} ORDER BY ${by}, name, id LIMIT ? OFFSET ?`,
    [fifth, 2 * fifth],
  );
  const step = Math.max(1, Math.floor(fifth / count));
  return {
    first: [pageQuery({ search })],
    middle: rows.filter((_, i) => i % step === 0).map((after) => pageQuery({ search, after })),
  };
}
