import { AwsError } from "../../kit/errors.ts";

/** Default number of items on one page. Source: DescribeAlarms, CloudWatch API reference. */
const mostRecords = 100;

/** One page of a list; the token is where the next page starts. */
export function page<Item>(
  items: readonly Item[],
  {
    MaxRecords = mostRecords,
    NextToken,
  }: { MaxRecords?: number | undefined; NextToken?: string | undefined },
): { items: Item[]; NextToken: string | undefined } {
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, "base64url").toString());
  if (!Number.isInteger(start) || start < 0 || NextToken === "")
    throw new AwsError("InvalidNextToken", "The next token specified is invalid.");
  const end = start + Math.min(MaxRecords, mostRecords);
  return {
    items: items.slice(start, end),
    NextToken: end < items.length ? Buffer.from(String(end)).toString("base64url") : undefined,
  };
}
