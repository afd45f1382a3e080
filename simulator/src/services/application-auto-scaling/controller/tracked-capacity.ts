/**
 * Returns the capacity that a target tracking policy wants instead of `capacity`, in proportion to its metric. Scales
 * out by the newest value at once; scales in only as far as the highest of all values allows. Rounds up, so that the
 * metric approaches its target from below. AWS documents the behaviour (user guide, "How target tracking scaling
 * works"), not the formula.
 */
export function trackedCapacity(
  { target, direction }: { readonly target: number; readonly direction: "out" | "in" },
  capacity: number,
  datapoints: readonly number[],
): number {
  if (datapoints.length === 0) return direction === "out" ? capacity + 1 : capacity;
  const metric = direction === "out" ? (datapoints.at(-1) as number) : Math.max(...datapoints);
  const wanted = Math.ceil((capacity * metric) / target);
  return direction === "out" ? Math.max(capacity + 1, wanted) : Math.min(capacity, wanted);
}
