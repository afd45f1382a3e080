import { and, asc, desc, eq, gt, like, lt, or, type SQL, sql } from "drizzle-orm";
import type { MySqlRemoteDatabase } from "drizzle-orm/mysql-proxy";
import { suppliers } from "../database/schema.ts";
import type { Supplier } from "./supplier.ts";
import {
  type PageRequest,
  type Position,
  pageSize,
  type SearchableField,
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
  const statement = (by: SearchableField, direction: Direction, searched: boolean) => {
    const key = `${by} ${direction} ${searched}`;
    const built = statements.get(key) ?? buildStatement(database, by, direction, searched);
    statements.set(key, built);
    return built;
  };

  return async function readPage(request): Promise<SupplierPage> {
    const { search, after, before } = request;
    const by = search?.by ?? "name";
    const direction = after ? "after" : before ? "before" : "first";
    const rows = await statement(by, direction, search !== undefined).execute({
      ...(after ?? before),
      prefix: search && `${escapeWildcards(search.text)}%`,
    });
    const hasMore = rows.length > pageSize;
    // An extra row shows that there is another page; less than a page before a position is the first page.
    if (direction === "before" && !hasMore) return readPage({ search });
    const page = rows.slice(0, pageSize);
    if (direction === "before") page.reverse();
    return {
      suppliers: page,
      previous: direction === "first" ? undefined : positionOf(page[0], by),
      next: direction === "before" || hasMore ? positionOf(page.at(-1), by) : undefined,
    };
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
  by: SearchableField,
  direction: Direction,
  searched: boolean,
) {
  const order = direction === "before" ? desc : asc;
  const columns =
    by === "name" ? [suppliers.name, suppliers.id] : [suppliers[by], suppliers.name, suppliers.id];
  return database
    .select()
    .from(suppliers, { useIndex: orders[by] })
    .where(
      and(
        searched ? like(suppliers[by], sql.placeholder("prefix")) : undefined,
        direction === "first" ? undefined : beyond(by, direction === "after" ? gt : lt),
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

function positionOf(supplier: Supplier | undefined, by: SearchableField): Position | undefined {
  return supplier && { value: supplier[by], name: supplier.name, id: supplier.id };
}
