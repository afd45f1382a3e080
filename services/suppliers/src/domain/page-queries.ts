import { and, asc, count, desc, eq, gt, like, lt, or, type SQL, sql } from "drizzle-orm";
import type { MySqlRemoteDatabase } from "drizzle-orm/mysql-proxy";
import { suppliers } from "../database/drizzle.ts";
import type { Supplier } from "./supplier.ts";
import {
  mostCounted,
  type PageRequest,
  type Position,
  pageSize,
  type Search,
  type SearchableField,
  type Sort,
  type SupplierPage,
} from "./supplier-page.ts";

type Direction = "first" | "after" | "before";

/**
 * Reads pages of the list by keyset: a page begins at a position of the index that gives the order, however far
 * it is from the first one. Every statement reads `pageSize` + 1 rows of one index, with and without a search.
 */
export function createPageReader(
  database: MySqlRemoteDatabase,
): (request: PageRequest) => Promise<SupplierPage> {
  const statements = new Map<string, ReturnType<typeof buildStatement>>();
  const statement = (order: Sort, direction: Direction, searched: boolean) => {
    const key = `${order.by} ${order.descending} ${direction} ${searched}`;
    const built = statements.get(key) ?? buildStatement(database, order, direction, searched);
    statements.set(key, built);
    return built;
  };

  return async function readPage(request): Promise<SupplierPage> {
    const { search, sort, after, before } = request;
    const order = sort ?? { by: search?.by ?? "name", descending: false };
    const { by } = order;
    const direction = after ? "after" : before ? "before" : "first";
    const rows = await statement(order, direction, search !== undefined).execute({
      ...(after ?? before),
      prefix: search && `${escapeWildcards(search.text)}%`,
    });
    const hasMore = rows.length > pageSize;
    // An extra row shows that there is another page; less than a page before a position is the first page.
    if (direction === "before" && !hasMore) return readPage({ search, sort });
    const page = rows.slice(0, pageSize);
    if (direction === "before") page.reverse();
    const first = firstRow(request, page.length);
    const last = first && first + page.length - 1;
    return {
      suppliers: page,
      first,
      previous: direction === "first" ? undefined : positionOf(page[0], by, first),
      next: direction === "before" || hasMore ? positionOf(page.at(-1), by, last) : undefined,
    };
  };
}

/** A link states the number of its row. Changes since then may have moved the row; it is never before the first. */
function firstRow({ after, before }: PageRequest, rows: number): number | undefined {
  if (!after && !before) return 1;
  const first = after?.row === undefined ? before?.row && before.row - rows : after.row + 1;
  return first === undefined ? undefined : Math.max(first, 1);
}

/** Returns the number of suppliers, counted up to `mostCounted` + 1: the index is read that far and no further. */
export function createCounter(database: MySqlRemoteDatabase): (search?: Search) => Promise<number> {
  const build = (by: SearchableField, searched: boolean) => {
    const some = database
      .select({ id: suppliers.id })
      .from(suppliers, { useIndex: orders[by] })
      .where(searched ? like(suppliers[by], sql.placeholder("prefix")) : undefined)
      .limit(mostCounted + 1)
      .as("some");
    return database.select({ total: count() }).from(some).prepare();
  };
  const statements = new Map<string, ReturnType<typeof build>>();
  return async (search) => {
    const by = search?.by ?? "name";
    const key = `${by} ${search !== undefined}`;
    const statement = statements.get(key) ?? build(by, search !== undefined);
    statements.set(key, statement);
    const rows = await statement.execute({ prefix: search && `${escapeWildcards(search.text)}%` });
    return Number(rows[0]?.total ?? 0);
  };
}

/**
 * The index is forced, because in a table of a million rows the optimizer spends more time on comparing the others than
 * reading the page takes.
 */
const orders = {
  name: "suppliers_by_name",
  city: "suppliers_by_city",
  state: "suppliers_by_state",
} as const satisfies Record<SearchableField, string>;

function buildStatement(
  database: MySqlRemoteDatabase,
  { by, descending }: Sort,
  direction: Direction,
  searched: boolean,
) {
  // A page before a position is read backwards.
  const downwards = descending !== (direction === "before");
  const order = downwards ? desc : asc;
  const columns =
    by === "name" ? [suppliers.name, suppliers.id] : [suppliers[by], suppliers.name, suppliers.id];
  return database
    .select()
    .from(suppliers, { useIndex: orders[by] })
    .where(
      and(
        searched ? like(suppliers[by], sql.placeholder("prefix")) : undefined,
        direction === "first" ? undefined : beyond(by, downwards ? lt : gt),
      ),
    )
    .orderBy(...columns.map((column) => order(column)))
    .limit(pageSize + 1)
    .prepare();
}

/** Written out for each leading key: neither MySQL nor MariaDB uses an index range for a comparison of tuples. */
function beyond(by: SearchableField, compare: typeof gt | typeof lt): SQL | undefined {
  const value = sql.placeholder("value");
  const name = sql.placeholder("name");
  const id = sql.placeholder("id");
  if (by === "name")
    return or(compare(suppliers.name, name), and(eq(suppliers.name, name), compare(suppliers.id, id)));
  const field = suppliers[by];
  return or(
    compare(field, value),
    and(eq(field, value), compare(suppliers.name, name)),
    and(eq(field, value), eq(suppliers.name, name), compare(suppliers.id, id)),
  );
}

/** These three characters are special in a pattern of LIKE; a search takes them literally. */
const escapeWildcards = (text: string) => text.replace(/[\\%_]/g, "\\$&");

function positionOf(
  supplier: Supplier | undefined,
  by: SearchableField,
  row: number | undefined,
): Position | undefined {
  return supplier && { value: supplier[by], name: supplier.name, id: supplier.id, row };
}
