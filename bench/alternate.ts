/** The same value for our side and for the peer. */
export interface Sides<Value> {
  readonly ours: Value;
  readonly peer: Value;
}

/**
 * Measures both sides alternately, so that other load on the machine affects both. Returns the results in their order.
 */
export async function alternate<Result>(
  times: number,
  measureOnce: Sides<() => Promise<Result>>,
): Promise<Sides<Result[]>> {
  const results: Sides<Result[]> = { ours: [], peer: [] };
  for (let time = 0; time < times; time += 1)
    for (const side of ["ours", "peer"] as const) results[side].push(await measureOnce[side]());
  return results;
}
