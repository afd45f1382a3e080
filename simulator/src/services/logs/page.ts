import { invalid } from "./state.ts";

/** Default and maximum page size of both describe calls. Source: CloudWatch Logs API reference. */
const pageSize = 50;

export interface PageRequest {
  limit?: number | undefined;
  nextToken?: string | undefined;
}

/** One page of an already sorted list; the token is the name the next page starts with. */
export function page<Item extends { readonly name: string }>(
  items: readonly Item[],
  { limit = pageSize, nextToken }: PageRequest,
): { items: readonly Item[]; nextToken: string | undefined } {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= pageSize))
    throw invalid(`limit must be between 1 and ${pageSize}, not ${limit}.`);
  const start = nextToken === undefined ? 0 : items.findIndex((item) => encode(item.name) === nextToken);
  if (start < 0) throw invalid("The specified nextToken is invalid.");
  const next = items[start + limit];
  return { items: items.slice(start, start + limit), nextToken: next && encode(next.name) };
}

function encode(name: string): string {
  return Buffer.from(name).toString("base64url");
}
