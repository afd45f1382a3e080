import { and, asc, count, desc, eq, getTableColumns, gt, like, lt, or, type SQL, sql } from "drizzle-orm";
import type { MySqlRemoteDatabase } from "drizzle-orm/mysql-proxy";
import { suppliers } from "../database/drizzle.ts";
import type { Supplier } from "./supplier.ts";
import {
  mostCounted,
  type PageRequest,
  type Position,
  pageSize,
  type SearchableField,
  type Sort,
  type SupplierPage,
} from "./supplier-page.ts";

type Direction = "first" | "after" | "before";

/**
 * Reads pages of the list by keyset: a page begins at a position of the index that gives the order, however far
 * it is from the first one. A page is one statement, which reads `pageSize` + 1 rows of one index and counts at most
 * `mostCounted` + 1 of its entries, with and without a search.
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
    // An extra row shows that there is another page; less than a page before a position is the first page. Nothing is
    // after a position when the rows of its link have been deleted since.
    if (direction === "before" ? !hasMore : after && rows.length === 0) return readPage({ search, sort });
    const page = rows.slice(0, pageSize).map(({ supplier }) => supplier);
    if (direction === "before") page.reverse();
    const hasNext = direction === "before" || hasMore;
    const { first, last, total } = rangeOf(request, page.length, hasNext, rows[0]?.counted ?? 0);
    return {
      suppliers: page,
      first,
      total,
      previous: direction === "first" ? undefined : positionOf(page[0], by, first),
      next: hasNext ? positionOf(page.at(-1), by, last) : undefined,
    };
  };
}

/** A link states the number of its row. Changes since then may have moved the row, which a counted list corrects. */
function rangeOf({ after, before }: PageRequest, rows: number, hasNext: boolean, counted: number) {
  const stated = after ? after.row && after.row + 1 : before ? before.row && before.row - rows : 1;
  const isCounted = counted <= mostCounted;
  // The first row of a page at the end of the list. One row at least follows a page that is not at the end.
  const latest = isCounted ? counted - rows + 1 : Number.POSITIVE_INFINITY;
  const first =
    isCounted && !hasNext ? latest : stated && Math.max(1, Math.min(stated, before ? latest : latest - 1));
  const last = first && first + rows - 1;
  const isEnd = !hasNext && last !== undefined && last > mostCounted;
  return { first, last, total: isCounted ? counted : isEnd ? last : undefined };
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
  const found = searched ? like(suppliers[by], sql.placeholder("prefix")) : undefined;
  const some = database
    .select({ id: suppliers.id })
    .from(suppliers, { useIndex: orders[by] })
    .where(found)
    // Without an order the optimizer prefers to read the whole index for a search that finds a quarter of the rows.
    .orderBy(...columns)
    .limit(mostCounted + 1)
    .as("some");
  const counted = sql<number>`${database.select({ rows: count() }).from(some)}`;
  return database
    .select({ supplier: getTableColumns(suppliers), counted })
    .from(suppliers, { useIndex: orders[by] })
    .where(and(found, direction === "first" ? undefined : beyond(by, downwards ? lt : gt)))
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
