import * as z from "zod/mini";
import type { Supplier } from "./supplier.ts";

/** Rows of one page of the list. */
export const pageSize = 20;

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
}

export interface PageRequest {
  readonly search?: Search | undefined;
  readonly after?: Position | undefined;
  /** Not together with `after`. */
  readonly before?: Position | undefined;
}

export interface SupplierPage {
  readonly suppliers: readonly Supplier[];
  /** Absent on the first page. */
  readonly previous?: Position | undefined;
  /** Absent on the last page. */
  readonly next?: Position | undefined;
}

// A number and two texts: in JSON, base64url-encoded, at most a few hundred characters for usual names.
const positionShape = z.tuple([
  z.string().check(z.maxLength(255)),
  z.string().check(z.maxLength(255)),
  z.int().check(z.nonnegative()),
]);

const queryShape = z.object({
  search: z.optional(z.string().check(z.trim(), z.maxLength(255))),
  by: z._default(z.enum(searchableFields), "name"),
  after: z.optional(z.string()),
  before: z.optional(z.string()),
});

/** Reads the query of a list's address; returns undefined for one that no page links to. */
export function parsePageQuery(query: Readonly<Record<string, string>>): PageRequest | undefined {
  const parsed = queryShape.safeParse(query);
  if (!parsed.success) return undefined;
  const { search, by, after, before } = parsed.data;
  const request: PageRequest = {
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

/** The query of the address of a page, with its `?`; empty for the first page of all suppliers. */
export function pageQuery({ search, after, before }: PageRequest): string {
  const query = new URLSearchParams();
  if (search) {
    query.set("search", search.text);
    query.set("by", search.by);
  }
  if (after) query.set("after", encodePosition(after));
  if (before) query.set("before", encodePosition(before));
  return query.size === 0 ? "" : `?${query}`;
}

function encodePosition({ value, name, id }: Position): string {
  return Buffer.from(JSON.stringify([value, name, id])).toString("base64url");
}

function decodePosition(text: string): Position | undefined {
  try {
    const parsed = positionShape.safeParse(JSON.parse(Buffer.from(text, "base64url").toString()));
    if (!parsed.success) return undefined;
    const [value, name, id] = parsed.data;
    return { value, name, id };
  } catch {
    return undefined;
  }
}
