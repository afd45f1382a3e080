import type { MeasuredPoint } from "./curve.ts";

/**
 * Below this part of what a task of the first count answers, a task more is no longer worth its price: requests of the
 * added tasks cost twice as much as those of the first.
 */
export const worthwhileGain = 0.5;

/**
 * The last count before the first whose added tasks each answer less than half of what each task of the first count
 * answers; undefined when there is none. A count after one that answered all that was offered shows nothing.
 */
export function findKnee(points: readonly MeasuredPoint[]): MeasuredPoint | undefined {
  const after = points.findIndex(
    ({ gain }, index) => gain !== undefined && gain < worthwhileGain && !points[index - 1]?.servedInFull,
  );
  return after < 1 ? undefined : points[after - 1];
}
