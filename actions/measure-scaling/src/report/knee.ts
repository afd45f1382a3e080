import type { MeasuredPoint } from "./curve.ts";

/**
 * With a smaller gain than this, another task is not worth its price: requests of the added tasks cost twice as much as
 * those of the first.
 */
export const worthwhileGain = 0.5;

/**
 * Returns the last count before the first whose added tasks each serve less than half as much as each task of the
 * first count; undefined when there is none. A count after one that answered everything offered shows nothing.
 */
export function findKnee(points: readonly MeasuredPoint[]): MeasuredPoint | undefined {
  const after = points.findIndex(
    ({ gain }, index) => gain !== undefined && gain < worthwhileGain && !points[index - 1]?.servedInFull,
  );
  return after < 1 ? undefined : points[after - 1];
}
