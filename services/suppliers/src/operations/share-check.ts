/** Maximum rate of readiness checks of the database. */
const reuseMs = 1000;

/**
 * Shares one check among all calls while it runs and for a second after it: even 1,000 requests a second cost the
 * database only one query a second.
 */
export function shareCheck(check: () => Promise<void>, now: () => number): () => Promise<void> {
  let last: Promise<void> | undefined;
  let reuseUntil = 0;
  return () => {
    if (last && now() < reuseUntil) return last;
    reuseUntil = Number.POSITIVE_INFINITY;
    last = check().finally(() => {
      reuseUntil = now() + reuseMs;
    });
    return last;
  };
}
