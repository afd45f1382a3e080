import { validationError } from "./state.ts";

/** The list calls return 100 items by default, and 1000 at most. Source: IAM API reference. */
const defaultItems = 100;

/** One page of a sorted list; the marker is where the next page starts. */
export function page<Item>(
  items: readonly Item[],
  { MaxItems = defaultItems, Marker }: { MaxItems?: number | undefined; Marker?: string | undefined },
): { items: Item[]; IsTruncated: boolean; Marker: string | undefined } {
  const start = Marker === undefined ? 0 : Number(Buffer.from(Marker, "base64url").toString());
  if (!Number.isInteger(start) || start < 0 || start > items.length)
    throw validationError(`Invalid Marker: ${Marker}`);
  const end = start + MaxItems;
  const IsTruncated = end < items.length;
  return {
    items: items.slice(start, end),
    IsTruncated,
    Marker: IsTruncated ? Buffer.from(String(end)).toString("base64url") : undefined,
  };
}
