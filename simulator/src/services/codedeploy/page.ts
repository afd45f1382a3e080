import { AwsError } from "../../kit/errors.ts";

/** Page size of the list calls. Source: CodeDeploy API reference. */
const pageSize = 100;

/** One page of a list; the token is where the next page starts. */
export function page<Item>(
  items: readonly Item[],
  token: string | undefined,
): { items: Item[]; nextToken: string | undefined } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString());
  if (!Number.isInteger(start) || start < 0 || start > items.length || token === "")
    throw new AwsError("InvalidNextTokenException", "The next token was specified in an invalid format.");
  const end = start + pageSize;
  return {
    items: items.slice(start, end),
    nextToken: end < items.length ? Buffer.from(String(end)).toString("base64url") : undefined,
  };
}
