import * as z from "zod/mini";
import type { Supplier } from "./supplier.ts";

/** Rows of one page of the list. */
export const pageSize = 20;

/**
 * A list of more suppliers has "more than" this number: each page counts again, so that the number is right when another
 * task adds a supplier, and 10,000 took three times as long as the page.
 */
export const mostCounted = 10 * pageSize;

export const searchableFields = ["name", "city", "state"] as const;
export type SearchableField = (typeof searchableFields)[number];

/** Suppliers whose field begins with the text, whatever its case and accents. */
export interface Search {
  readonly by: SearchableField;
  readonly text: string;
}

/**
 * The sort key of a row at the beginning or end of a page. It holds the values themselves, so that a link remains valid
 * when its row is deleted.
 */
export interface Position {
  /** Value of the field that is searched by; the name without a search. */
  readonly value: string;
  readonly name: string;
  readonly id: number;
  /** Number of the row in the list when the link was made; undefined in the links of an older release. */
  readonly row?: number | undefined;
}

/** Order of the list; without one, by the field that is searched, or by name. */
export interface Sort {
  readonly by: SearchableField;
  readonly descending: boolean;
}

export interface PageRequest {
  readonly search?: Search | undefined;
  /** Not together with a search, whose index gives the order. */
  readonly sort?: Sort | undefined;
  readonly after?: Position | undefined;
  /** Not together with `after`. */
  readonly before?: Position | undefined;
}

export interface SupplierPage {
  readonly suppliers: readonly Supplier[];
  /** Number of the first row in the list; undefined if the link did not state it. */
  readonly first?: number | undefined;
  /** Number of suppliers on all pages; undefined for more than `mostCounted`, except on the last page. */
  readonly total?: number | undefined;
  /** Absent on the first page. */
  readonly previous?: Position | undefined;
  /** Absent on the last page. */
  readonly next?: Position | undefined;
}

// A number and two texts: in JSON, base64url-encoded, at most a few hundred characters for usual names.
const positionShape = z.tuple(
  [z.string().check(z.maxLength(255)), z.string().check(z.maxLength(255)), z.int().check(z.nonnegative())],
  z.int().check(z.positive(), z.maximum(Number.MAX_SAFE_INTEGER / 2)),
);

const queryShape = z.object({
  search: z.optional(z.string().check(z.trim(), z.maxLength(255))),
  by: z._default(z.enum(searchableFields), "name"),
  sort: z.optional(z.enum(searchableFields.flatMap((field) => [field, `-${field}`] as const))),
  after: z.optional(z.string()),
  before: z.optional(z.string()),
});

/** Reads the query of a list's address; returns undefined for one that no page links to. */
export function parsePageQuery(query: Readonly<Record<string, string>>): PageRequest | undefined {
  const parsed = queryShape.safeParse(query);
  if (!parsed.success) return undefined;
  const { search, by, sort, after, before } = parsed.data;
  const request: PageRequest = {
    sort: sort && !search ? readSort(sort) : undefined,
    search: search ? { by, text: search } : undefined,
    after: after === undefined ? undefined : decodePosition(after),
    before: before === undefined ? undefined : decodePosition(before),
  };
  const lost = [
    [after, request.after],
    [before, request.before],
  ].some(([text, position]) => text !== undefined && position === undefined);
  return lost || (after !== undefined && before !== undefined) ? undefined : request;
}

/** `city`, or `-city` for the opposite order. The usual order is undefined, so that its page has one address. */
function readSort(text: string): Sort | undefined {
  const descending = text.startsWith("-");
  return usual({ by: text.replace("-", "") as SearchableField, descending });
}

/** Undefined for the order that the list has without any. */
export function usual(sort: Sort): Sort | undefined {
  return sort.by === "name" && !sort.descending ? undefined : sort;
}

/** The query of the address of a page, with its `?`; empty for the first page of all suppliers. */
export function pageQuery({ search, sort, after, before }: PageRequest): string {
  const query = new URLSearchParams();
  if (search) {
    query.set("search", search.text);
    query.set("by", search.by);
  }
  if (sort && !search) query.set("sort", `${sort.descending ? "-" : ""}${sort.by}`);
  if (after) query.set("after", encodePosition(after));
  if (before) query.set("before", encodePosition(before));
  return query.size === 0 ? "" : `?${query}`;
}

function encodePosition({ value, name, id, row }: Position): string {
  const rest = row === undefined ? [] : [row];
  return Buffer.from(JSON.stringify([value, name, id, ...rest])).toString("base64url");
}

function decodePosition(text: string): Position | undefined {
  try {
    const parsed = positionShape.safeParse(JSON.parse(Buffer.from(text, "base64url").toString()));
    if (!parsed.success) return undefined;
    const [value, name, id, row] = parsed.data;
    return { value, name, id, row };
  } catch {
    return undefined;
  }
}
