import { expect, test } from "vitest";
import type { Stage } from "../record.ts";
import { createFollowPace } from "./follow-pace.ts";
import type { Snapshot } from "./running-deployment.ts";

const second = 1_000;
const minute = 60 * second;

type Pace = ReturnType<typeof createFollowPace>;
const look = (near: Stage, quietUntil?: number) => ({ near, quietUntil }) as Snapshot;

/** Pauses of so many looks without news, as they follow each other. */
function pauses(pace: Pace, snapshot: Snapshot | undefined, count: number): number[] {
  return Array.from({ length: count }, () => Math.round(pace(snapshot, false, 0)));
}

/** Without spread. */
const paceUntil = (until: Stage) => createFollowPace(until, () => 0.5);

test("while the end is far, pauses grow quickly, to twenty seconds", () => {
  const found = pauses(paceUntil("complete"), look("traffic-shifted"), 20);
  expect(found.slice(0, 4)).toEqual([3_000, 3_000, 3_000, 3_000]);
  expect(found[6]).toBeGreaterThan(6_000);
  expect(found.slice(10)).toEqual(Array(10).fill(20_000));
});

test("once it is near, looks are close for a minute, and later as rare as the wait was long", () => {
  const pace = paceUntil("complete");
  pauses(pace, look("started"), 20);
  const found = pauses(pace, look("complete"), 60);
  expect(found.slice(0, 20)).toEqual(Array(20).fill(3_000));
  expect(found[30]).toBeGreaterThan(4_000);
  expect(Math.max(...found)).toBe(20_000);
});

test("news brings closer looks again only when the end is near", () => {
  const [far, near] = [paceUntil("complete"), paceUntil("complete")];
  pauses(far, look("started"), 40);
  pauses(near, look("complete"), 40);
  expect(far(look("started"), true, 0)).toBe(20_000);
  expect(near(look("complete"), true, 0)).toBe(3_000);
});

test.each<[Stage, Stage, boolean]>([
  ["traffic-shifted", "traffic-shifted", true],
  ["complete", "traffic-shifted", true],
  ["traffic-shifted", "complete", false],
])("%s may be reached any moment, %s is waited for: near is %s", (near, until, isNear) => {
  const [, , , , , sixth] = pauses(paceUntil(until), look(near), 6);
  expect(sixth === 3_000).toBe(isNear);
});

test("up to a minute in a wait whose length is known, then three seconds before its end, and close after it", () => {
  const pace = paceUntil("complete");
  const quiet = look("complete", 5 * minute);
  expect(pauses(pace, quiet, 20).at(-1)).toBe(minute);
  expect(pace(quiet, false, 5 * minute - 20 * second)).toBe(17 * second);
  expect(pace(quiet, false, 5 * minute - 3 * second)).toBe(3_000);
});

test("as slow as it gets after AWS did not answer, and spread by a tenth either way", () => {
  expect(pauses(paceUntil("complete"), undefined, 1)).toEqual([20_000]);
  expect(
    pauses(
      createFollowPace("complete", () => 0),
      look("complete"),
      1,
    ),
  ).toEqual([2_700]);
  expect(
    pauses(
      createFollowPace("complete", () => 1),
      look("complete"),
      1,
    ),
  ).toEqual([3_300]);
});
