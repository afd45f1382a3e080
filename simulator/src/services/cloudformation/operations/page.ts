import { validationError } from "../template/errors.ts";

/** Maximum number of items on one page of a list. */
const pageSize = 100;

/** One page of a list; the token is the position of the next item. */
export function page<T>(
  items: readonly T[],
  token: string | undefined,
): { items: T[]; next: string | undefined } {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0 || (token !== undefined && start >= items.length))
    throw validationError(`NextToken ${JSON.stringify(token)} is none that this list gave out`);
  const end = start + pageSize;
  return { items: items.slice(start, end), next: end < items.length ? String(end) : undefined };
}
