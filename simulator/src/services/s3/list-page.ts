import { invalidArgument } from "./state.ts";

/** Maximum number of keys on one page. Source: ListObjectsV2, S3 API reference. */
const mostKeys = 1000;

export interface ListInput {
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: string | undefined;
}

/** An entry of a listing, or all entries under a common prefix as one. */
export type Listed<Entry> =
  | { readonly kind: "entry"; readonly name: string; readonly entry: Entry }
  | { readonly kind: "prefix"; readonly name: string };

/**
 * Returns entries in the order of their keys' UTF-8 bytes, with those that have the delimiter after the prefix
 * combined.
 */
export function rollUp<Entry extends { readonly key: string }>(
  entries: readonly Entry[],
  { Prefix = "", Delimiter }: ListInput,
): Listed<Entry>[] {
  const result: Listed<Entry>[] = [];
  for (const entry of entries) {
    if (!entry.key.startsWith(Prefix)) continue;
    const at = Delimiter ? entry.key.indexOf(Delimiter, Prefix.length) : -1;
    const name = at < 0 ? entry.key : entry.key.slice(0, at + (Delimiter ?? "").length);
    if (at < 0) result.push({ kind: "entry", name, entry });
    else if (result.at(-1)?.name !== name) result.push({ kind: "prefix", name });
  }
  return result;
}

export function takePage<Item>(items: readonly Item[], { MaxKeys = mostKeys }: ListInput) {
  if (!Number.isInteger(MaxKeys) || MaxKeys < 0)
    throw invalidArgument("Argument max-keys must be an integer between 0 and 2147483647");
  const page = items.slice(0, Math.min(MaxKeys, mostKeys));
  // An empty page that was requested is not truncated.
  return { page, IsTruncated: MaxKeys > 0 && page.length < items.length };
}

export function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}

/**
 * Returns the encoder for names in the response: unchanged, or percent-encoded, which allows characters that XML does
 * not.
 */
export function encoder({ EncodingType }: ListInput): (name: string) => string {
  if (EncodingType === undefined) return (name) => name;
  if (EncodingType !== "url") throw invalidArgument("Invalid Encoding Method specified in Request");
  return (name) => encodeURIComponent(name).replaceAll("%2F", "/");
}

export function commonPrefixes<Entry>(page: readonly Listed<Entry>[], encode: (name: string) => string) {
  const prefixes = page.filter(({ kind }) => kind === "prefix");
  return prefixes.length > 0 ? prefixes.map(({ name }) => ({ Prefix: encode(name) })) : undefined;
}
