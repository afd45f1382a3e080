import type { Filter } from "@aws-sdk/client-ec2";
import { pager } from "../../kit/page.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { compileWildcard } from "../../kit/wildcard.ts";
import {
  allOf,
  type Ec2State,
  find,
  type Item,
  invalidValue,
  type Kind,
  kinds,
  unsupported,
} from "./state.ts";

/** Filter name → the values an item has under it. `tag:KEY` and `tag-key` are understood everywhere. */
export type FilterTable<Item> = Record<string, (item: Item) => readonly (string | boolean | undefined)[]>;

/** Members of a describe call other than the ids; NAT gateways have `Filter`. */
interface ListRequest {
  Filters?: Filter[] | undefined;
  Filter?: Filter[] | undefined;
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

/** Returns one page of items by id and filter; a missing id throws EC2's NotFound error of its kind. */
export function list<K extends Kind>(
  state: Ec2State,
  kind: K,
  request: ListRequest,
  table: FilterTable<Item<K>>,
  others: readonly string[] = [],
) {
  const idMember = kinds[kind].ids;
  const members = [idMember, "Filters", "Filter", "MaxResults", "NextToken", ...others];
  refuseUnsupported(unsupported, `the list of ${kind}`, request, members as (keyof ListRequest)[]);
  const { [idMember]: ids = [] } = request as Record<string, string[] | undefined>;
  const all = ids.length > 0 ? ids.map((id) => find(state, kind, id)) : allOf(state, kind);
  const filters = request.Filters ?? request.Filter ?? [];
  const tests = filters.map((filter) => parseFilter<Item<K>>(state, filter, table));
  const matching = all.filter((item) => tests.every((test) => test(item)));
  return page(matching, request);
}

/** Without a size, EC2 returns all items. */
const page = pager({
  size: "MaxResults",
  token: "NextToken",
  standard: Number.POSITIVE_INFINITY,
  code: "InvalidParameterValue",
});

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
