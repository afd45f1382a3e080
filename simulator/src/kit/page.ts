import { AwsError } from "./errors.ts";

/**
 * Returns one page of a list; the token states where the next one starts. `code` is the service's exception for an
 * unknown token.
 */
export function page<Item>(
  all: readonly Item[],
  { size, token, code }: { size: number; token: string | undefined; code: string },
): { items: Item[]; next: string | undefined } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString() || Number.NaN);
  if (!Number.isInteger(start) || start < 0 || start > all.length)
    throw new AwsError(code, "The next token is none that an earlier answer gave.");
  const end = start + size;
  return {
    items: all.slice(start, end),
    next: end < all.length ? Buffer.from(String(end)).toString("base64url") : undefined,
  };
}
