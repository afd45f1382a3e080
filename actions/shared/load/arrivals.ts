/** `constant`: evenly spaced. `poisson`: as independent users arrive, with bursts and pauses. */
export type Spacing = "constant" | "poisson";

/** Returns when each request of this rate per second is due, in milliseconds since the start; there is no last one. */
export function* arrivalsOf(
  rate: number,
  spacing: Spacing,
  random: () => number = Math.random,
): Generator<number, never> {
  const gap = () => (spacing === "constant" ? 1 : -Math.log(1 - random()));
  for (let count = spacing === "constant" ? 0 : gap(); ; count += gap()) yield (count * 1000) / rate;
}
