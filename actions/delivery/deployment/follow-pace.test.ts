import { expect, test } from "vitest";
import type { Snapshot } from "../engine.ts";
import type { Stage } from "../record.ts";
import { createFollowPace } from "./follow-pace.ts";

const second = 1_000;
const minute = 60 * second;
const [soon, usual, far] = [3_400, 7_700, 20_000];

type Pace = ReturnType<typeof createFollowPace>;
type Sight = Parameters<Pace>[0];
const poll = (near: Stage, parts: Partial<Snapshot> = {}): Sight => ({
  near,
  quietUntil: undefined,
  ...parts,
});

/** Creates a pace without jitter. */
const paceUntil = (until: Stage, drainMs?: number) => createFollowPace(until, { drainMs, random: () => 0.5 });

/** Returns the pauses after polls from one moment to another, without repetitions in a row. */
function pauses(pace: Pace, sight: (now: number) => Sight, from: number, to: number): number[] {
  const found: number[] = [];
  for (let now = from; now < to; ) {
    const pause = Math.round(pace(sight(now), now));
    if (pause !== found.at(-1)) found.push(pause);
    now += pause;
  }
  return found;
}

/** Returns a pace whose first minute is over. */
function afterStart(pace: Pace): Pace {
  pace(poll("started"), -minute);
  return pace;
}

test("pauses longer in the first minute, then twice as often as the official action", () => {
  const found = pauses(paceUntil("complete"), () => poll("started"), 0, 30 * minute);
  expect(found).toEqual([5 * second, 15 * second, far, usual]);
});

test("uses more polls for a stage before the end", () => {
  const found = pauses(afterStart(paceUntil("traffic-shifted")), () => poll("started"), 0, 30 * minute);
  expect(found).toEqual([5_800]);
});

test("pauses longer while AWS shows that another stage comes first", () => {
  const gated = () => poll("traffic-shifted", { gate: "traffic-shifted" });
  expect(pauses(afterStart(paceUntil("complete")), gated, 0, 30 * minute).at(-1)).toBe(far);
  expect(pauses(afterStart(paceUntil("traffic-shifted")), gated, 0, minute)).toEqual([soon]);
});

test.each([
  ["the default delay", undefined, 300 * second],
  ["the target group's delay", 120 * second, 120 * second],
])("polls closely once the end is near, and again after %s", (_, drainMs, due) => {
  const pace = afterStart(paceUntil("complete", drainMs));
  const near = () => poll("complete");
  expect(pauses(pace, near, 0, 75 * second)).toEqual([soon]);
  expect(pauses(pace, near, 75 * second, due - 3 * second).at(-1)).toBe(usual);
  expect(pauses(pace, near, due - 3 * second, due + 70 * second)).toEqual([soon]);
  expect(pauses(pace, near, due + 75 * second, 10 * minute).at(-1)).toBe(usual);
});

test("pauses up to a minute in a wait of known length, polls three seconds before its end, and closely after it", () => {
  const pace = afterStart(paceUntil("complete"));
  const quiet = () => poll("complete", { quietUntil: 10 * minute });
  expect(pauses(pace, quiet, 0, 5 * minute)).toEqual([5, 10, 20, 40, 60].map((seconds) => seconds * second));
  expect(pace(quiet(), 9.5 * minute)).toBe(27 * second);
  expect(pauses(pace, quiet, 10 * minute - 3 * second, 11 * minute)).toEqual([soon]);
});

test("pauses longer after AWS did not respond, with jitter of a tenth either way", () => {
  expect(paceUntil("complete")(undefined, 0)).toBe(far);
  for (const [random, pause] of [
    [0, 0.9 * soon],
    [1, 1.1 * soon],
  ] as const) {
    const pace = createFollowPace("complete", { random: () => random });
    expect(pace(poll("complete"), 0)).toBeCloseTo(pause);
  }
});
