import { validationError } from "./state.ts";

interface Paging {
  Marker?: string | undefined;
  PageSize?: number | undefined;
}

/** The API's largest and standard page. */
const maxPageSize = 400;

/** One page of a list; the marker is the position after it, opaque to callers. */
export function page<Item>(items: readonly Item[], paging: Paging): { items: Item[]; NextMarker?: string } {
  const size = paging.PageSize ?? maxPageSize;
  if (!Number.isInteger(size) || size < 1 || size > maxPageSize) {
    throw validationError(`Page size '${size}' must be between 1 and ${maxPageSize}`);
  }
  const start = paging.Marker === undefined ? 0 : readMarker(paging.Marker);
  const end = start + size;
  const NextMarker = end < items.length ? Buffer.from(String(end)).toString("base64url") : undefined;
  return { items: items.slice(start, end), NextMarker };
}

function readMarker(marker: string): number {
  const text = Buffer.from(marker, "base64url").toString();
  if (!/^[1-9]\d*$/.test(text)) throw validationError(`The marker '${marker}' is not one that was given out`);
  return Number(text);
}
