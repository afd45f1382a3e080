import { expect, test } from "vitest";
import type { Snapshot } from "../engine.ts";
import type { Stage } from "../record.ts";
import { createFollowPace } from "./follow-pace.ts";

const second = 1_000;
const minute = 60 * second;
const dense = 3_500;

type Pace = ReturnType<typeof createFollowPace>;
type Sight = Parameters<Pace>[0];
const poll = (near: Stage, parts: Partial<Snapshot> = {}): Sight => ({
  near,
  quietUntil: undefined,
  ...parts,
});

/** Returns the moments of polls without news, in milliseconds from the first. */
function looks(pace: Pace, sight: (now: number) => Sight, forMs: number): number[] {
  const moments: number[] = [];
  for (let now = 0; now < forMs; now += pace(sight(now), { news: false }, now)) moments.push(Math.round(now));
  return moments;
}

/** Returns the longest pause between polls from one moment to another. */
function longest(moments: readonly number[], from: number, to: number): number {
  const pauses = moments.flatMap((at, index) => {
    const next = moments[index + 1];
    return next !== undefined && at >= from && next <= to ? next - at : [];
  });
  return Math.max(...pauses);
}

/** Creates a pace without jitter. */
const paceUntil = (until: Stage, drainMs?: number) => createFollowPace(until, { drainMs, random: () => 0.5 });

test("grows pauses to twenty seconds while another stage has to come before the end", () => {
  const far = () => poll("started", { restMs: Number.POSITIVE_INFINITY });
  const found = looks(paceUntil("complete"), far, 5 * minute);
  expect(longest(found, 0, minute / 2)).toBeLessThan(12 * second);
  expect(longest(found, 2 * minute, 5 * minute)).toBe(20 * second);
});

test("polls as rarely as the known pace of tasks allows", () => {
  const pace = paceUntil("complete");
  expect(pace(poll("started", { restMs: 30 * second }), { news: true }, 0)).toBe(15 * second);
  pace(poll("started", { restMs: 10 * minute }), { news: false }, 0);
  expect(pace(poll("started", { restMs: 8 * second }), { news: true }, 0)).toBe(4 * second);
});

test("polls every eight seconds after the first minute where nothing shows the end", () => {
  const found = looks(paceUntil("complete"), () => poll("started"), 30 * minute);
  expect(longest(found, 0, minute)).toBe(15 * second);
  expect(longest(found, 61 * second, 30 * minute)).toBeLessThan(8 * second);
});

test("polls closely once the end is near, and a little less so after minutes", () => {
  const found = looks(paceUntil("complete"), () => poll("complete"), 20 * minute);
  expect(longest(found, 0, 2 * minute)).toBe(dense);
  expect(longest(found, 0, 20 * minute)).toBe(7_600);
});

test.each([
  ["the default delay", undefined, 300 * second],
  ["the target group's delay", 120 * second, 120 * second],
])("polls draining old tasks closely at once, and again after %s", (_, drainMs, due) => {
  const draining = () => poll("complete", { drainsWithinMs: minute });
  const found = looks(paceUntil("complete", drainMs), draining, 10 * minute);
  expect(longest(found, 0, minute)).toBe(dense);
  expect(longest(found, minute, due - 5 * second)).toBeGreaterThan(10 * second);
  expect(longest(found, due - 3 * second, due + minute / 2)).toBe(dense);
  expect(longest(found, due + 2 * minute, 10 * minute)).toBeLessThan(8 * second);
});

test("polls old tasks that stop one after the other by their pace", () => {
  const pace = paceUntil("complete");
  const draining = (restMs?: number) => poll("complete", { drainsWithinMs: minute, restMs });
  expect(pace(draining(40 * second), { news: true }, 0)).toBe(10 * second);
  expect(pace(draining(), { news: true }, 0)).toBe(dense);
});

test("polls more closely after news only when the end is near", () => {
  const [far, near] = [paceUntil("complete"), paceUntil("complete")];
  const distant = poll("started", { restMs: Number.POSITIVE_INFINITY });
  looks(far, () => distant, 10 * minute);
  looks(near, () => poll("complete"), 10 * minute);
  expect(far(distant, { news: true }, 0)).toBe(20 * second);
  expect(near(poll("complete"), { news: true }, 0)).toBe(dense);
});

test("polls more closely again after a task stops unexpectedly", () => {
  const pace = paceUntil("complete");
  const distant = poll("started", { restMs: Number.POSITIVE_INFINITY });
  looks(pace, () => distant, 10 * minute);
  expect(pace(distant, { news: false, crashed: true }, 0)).toBe(5 * second);
});

test("pauses up to a minute in a wait of known length, polls three seconds before its end, and closely after it", () => {
  const pace = paceUntil("complete");
  const quiet = () => poll("complete", { quietUntil: 10 * minute });
  const found = looks(pace, quiet, 10 * minute);
  expect(found.slice(0, 5)).toEqual([0, 5, 10, 20, 40].map((seconds) => seconds * second));
  expect(longest(found, 4 * minute, 9 * minute)).toBe(minute);
  expect(found).toContain(10 * minute - 3 * second);
});

test.each<[Stage, Stage, boolean]>([
  ["traffic-shifted", "traffic-shifted", true],
  ["complete", "traffic-shifted", true],
  ["traffic-shifted", "complete", false],
])("when %s may be reached any moment and %s is waited for, polls closely: %s", (near, until, isNear) => {
  const sight = poll(near, { restMs: Number.POSITIVE_INFINITY });
  expect(
    longest(
      looks(paceUntil(until), () => sight, 2 * minute),
      0,
      2 * minute,
    ) === dense,
  ).toBe(isNear);
});

test("polls at the slowest pace after AWS did not respond, with jitter of a tenth either way", () => {
  expect(paceUntil("complete")(undefined, { news: false }, 0)).toBe(20 * second);
  for (const [random, pause] of [
    [0, 0.9 * dense],
    [1, 1.1 * dense],
  ] as const) {
    const pace = createFollowPace("complete", { random: () => random });
    expect(pace(poll("complete"), { news: false }, 0)).toBeCloseTo(pause);
  }
});
