import { AwsError } from "../../kit/errors.ts";

/** Default and maximum page size of ECS lists (API reference, maxResults). */
const defaultPage = 100;

/** One page of a list. The token is the position of the page that follows. */
export function paginate<Item>(
  items: readonly Item[],
  { nextToken, maxResults = defaultPage }: { nextToken?: string; maxResults?: number },
): { page: Item[]; nextToken?: string } {
  const start = nextToken === undefined ? 0 : Number(nextToken);
  if (!Number.isInteger(start) || start < 0 || start > items.length)
    throw new AwsError("InvalidParameterException", "Invalid token.");
  if (maxResults < 1 || maxResults > defaultPage)
    throw new AwsError("InvalidParameterException", `maxResults must be between 1 and ${defaultPage}.`);
  const end = start + maxResults;
  return { page: items.slice(start, end), nextToken: end < items.length ? String(end) : undefined };
}
