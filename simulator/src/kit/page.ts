import { refuseBroken } from "./constraints.ts";
import { AwsError } from "./errors.ts";

/** Members of a list operation's request and response, with its limits. */
interface Paging<Size extends string, Token extends string, Next extends string> {
  /** The request's number of items; absent where clients cannot choose it. */
  readonly size?: Size;
  /** The request's token, which the response before returned. */
  readonly token: Token;
  /** The response's token; by default it has the name of the request's. */
  readonly next?: Next;
  /** Default number of items on a page. */
  readonly standard: number;
  /** Maximum number of items on a page; by default the standard one. */
  readonly largest?: number;
  /** The service's exception for an unknown token. */
  readonly code: string;
  /** The exception for a number of items out of range; by default `code`. */
  readonly invalid?: string;
}

/** Returns how a service divides its lists into pages; the token states where the next page starts. */
export function pager<Size extends string, Token extends string, Next extends string = Token>(
  paging: Paging<Size, Token, Next>,
) {
  const { size: sizeMember, token: tokenMember, next = tokenMember, standard, largest = standard } = paging;
  return <Item>(
    all: readonly Item[],
    request: { readonly [Member in Size]?: number | undefined } & {
      readonly [Member in Token]?: string | undefined;
    },
  ) => {
    const given = request as Readonly<Record<string, number | string | undefined>>;
    const size = Number((sizeMember && given[sizeMember]) ?? standard);
    refuseBroken(paging.invalid ?? paging.code, [[sizeMember ?? "", size, { range: [1, largest] }]]);
    const token = given[tokenMember] as string | undefined;
    const { items, next: following } = page(all, { size, token, code: paging.code });
    type Response = { items: Item[] } & { [Member in Next]: string | undefined };
    return { items, [next]: following } as Response;
  };
}

/** Returns one page of a list. `code` is the service's exception for an unknown token. */
export function page<Item>(
  all: readonly Item[],
  { size, token, code }: { size: number; token: string | undefined; code: string },
): { items: Item[]; next: string | undefined } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString() || Number.NaN);
  if (!Number.isInteger(start) || start < 0 || start > all.length)
    throw new AwsError(code, "The next token is not from a previous response.");
  const end = start + size;
  return {
    items: all.slice(start, end),
    next: end < all.length ? Buffer.from(String(end)).toString("base64url") : undefined,
  };
}
