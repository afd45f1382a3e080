import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createWorker } from "./service-time.cjs";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Returns the time in milliseconds at which each request has been served that arrives at these times. */
function serve(ms: number, arrivals: readonly number[]): number[] {
  const takeTurn = createWorker(ms);
  const ends: number[] = [];
  for (const at of arrivals) setTimeout(() => takeTurn(() => ends.push(performance.now())), at);
  vi.advanceTimersByTime(60_000);
  return ends;
}

it.each<[string, number[], number[]]>([
  ["alone, for its time", [5], [25]],
  ["one after another when they arrive together", [0, 0, 0], [20, 40, 60]],
  ["that arrive during another after it", [0, 5, 39, 100], [20, 40, 60, 120]],
  ["without credit for a pause", [0, 500, 500], [20, 520, 540]],
])("serves requests %s", (_, arrivals, ends) => {
  const start = performance.now();
  expect(serve(20, arrivals).map((end) => end - start)).toEqual(ends);
});

it("serves 50 a second at 20 ms, whatever number waits", () => {
  const start = performance.now();
  const ends = serve(20, Array(300).fill(0));
  expect(ends.filter((end) => end - start <= 1000)).toHaveLength(50);
  expect(ends).toEqual(ends.toSorted((one, other) => one - other));
});
