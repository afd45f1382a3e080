/** The same of ours and of its peer. */
export interface Sides<Value> {
  readonly ours: Value;
  readonly peer: Value;
}

/** Measures both in turn, so that what else the machine does meets both; answers the results in their order. */
export async function alternate<Result>(
  times: number,
  measureOnce: Sides<() => Promise<Result>>,
): Promise<Sides<Result[]>> {
  const results: Sides<Result[]> = { ours: [], peer: [] };
  for (let time = 0; time < times; time += 1)
    for (const side of ["ours", "peer"] as const) results[side].push(await measureOnce[side]());
  return results;
}
