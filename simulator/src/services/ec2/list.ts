import type { Filter } from "@aws-sdk/client-ec2";
import { compileWildcard } from "../../kit/wildcard.ts";
import { allOf, type Ec2State, find, type Item, invalidValue, type Kind } from "./state.ts";

/** Request members shared by the describe calls. */
export interface ListRequest {
  ids?: string[] | undefined;
  Filters?: Filter[] | undefined;
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

/** Filter name → the values an item has under it. `tag:KEY` and `tag-key` are understood everywhere. */
export type FilterTable<Item> = Record<string, (item: Item) => readonly (string | boolean | undefined)[]>;

/** Returns one page of items by id and filter; a missing id throws EC2's NotFound error of its kind. */
export function list<K extends Kind>(
  state: Ec2State,
  kind: K,
  request: ListRequest,
  table: FilterTable<Item<K>>,
): { items: Item<K>[]; NextToken: string | undefined } {
  const { ids = [], Filters = [], MaxResults, NextToken } = request;
  const all = ids.length > 0 ? ids.map((id) => find(state, kind, id)) : allOf(state, kind);
  const tests = Filters.map((filter) => parseFilter<Item<K>>(state, filter, table));
  const matching = all.filter((item) => tests.every((test) => test(item)));
  const start = NextToken === undefined ? 0 : offsetOf(NextToken, matching.length);
  const end = start + (MaxResults ?? matching.length);
  return {
    items: matching.slice(start, end),
    NextToken: end < matching.length ? Buffer.from(String(end)).toString("base64url") : undefined,
  };
}

function parseFilter<Item extends { readonly id: string }>(
  state: Ec2State,
  { Name = "", Values = [] }: Filter,
  table: FilterTable<Item>,
): (item: Item) => boolean {
  // Filter values may hold `*` and `?` (EC2 user guide, "Filter using wildcards").
  const patterns = Values.map((value) => compileWildcard(value));
  const valuesOf = Name.startsWith("tag:")
    ? (item: Item) => [state.tags.get(item.id)?.get(Name.slice("tag:".length))]
    : Name === "tag-key"
      ? (item: Item) => [...(state.tags.get(item.id)?.keys() ?? [])]
      : table[Name];
  if (!valuesOf)
    throw invalidValue(
      `The filter '${Name}' is invalid, or not supported by the simulator. Supported here: ${Object.keys(table).join(", ")}, tag:<key>, tag-key.`,
    );
  return (item) =>
    valuesOf(item).some((value) => value !== undefined && patterns.some((matches) => matches(String(value))));
}

function offsetOf(token: string, length: number): number {
  const offset = Number(Buffer.from(token, "base64url").toString());
  if (Number.isInteger(offset) && offset > 0 && offset < length) return offset;
  throw invalidValue(`Value (${token}) for parameter nextToken is invalid.`);
}
