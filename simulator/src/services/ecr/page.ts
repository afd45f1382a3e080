import { invalidParameter } from "./state.ts";

/** Default and maximum of `maxResults` in ECR's lists. */
const defaultPage = 100;
const largestPage = 1000;

interface PageRequest {
  maxResults?: number | undefined;
  nextToken?: string | undefined;
}

export function page<Item>(all: readonly Item[], { maxResults = defaultPage, nextToken }: PageRequest) {
  if (maxResults < 1 || maxResults > largestPage)
    throw invalidParameter("maxResults", `must be 1 to ${largestPage}`);
  const start = nextToken === undefined ? 0 : decode(nextToken);
  const end = start + maxResults;
  return { items: all.slice(start, end), nextToken: end < all.length ? encode(end) : undefined };
}

function encode(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString("base64url");
}

function decode(token: string): number {
  const offset = /^offset:(\d+)$/.exec(Buffer.from(token, "base64url").toString())?.[1];
  if (offset === undefined) throw invalidParameter("nextToken", "must be the nextToken of an earlier answer");
  return Number(offset);
}
