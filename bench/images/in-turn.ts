/** Measures all in turn, so that other load on the machine affects each. Returns the results in their order. */
export async function inTurn<Name extends string, Result>(
  times: number,
  measureOnce: Readonly<Record<Name, () => Promise<Result>>>,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(measureOnce) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  for (let time = 0; time < times; time += 1)
    for (const name of names) results[name].push(await measureOnce[name]());
  return results;
}
