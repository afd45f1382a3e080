import { type Estimate, keyOf, type PricedLine } from "./estimate.ts";

export interface CostChange {
  readonly kind: "added" | "removed" | "changed";
  /** As it is after the change; of what was removed, as it was. */
  readonly line: PricedLine;
  /** US dollars a month. */
  readonly before: number;
  readonly after: number;
}

export interface CostDelta {
  readonly before: number;
  readonly after: number;
  /** The greatest first. */
  readonly changes: readonly CostChange[];
}

/** Less than this a month is no change, but the arithmetic of floating point numbers. */
const nothing = 1e-9;

/** What a change of templates, parameters or use does to the cost of a month. */
export function compareCosts(before: Estimate, after: Estimate): CostDelta {
  const [earlier, later] = [before, after].map(
    ({ lines }) => new Map(lines.map((line) => [keyOf(line), line])),
  );
  const keys = [...new Set([...(later?.keys() ?? []), ...(earlier?.keys() ?? [])])];
  const changes = keys.flatMap((key) => changeOf(earlier?.get(key), later?.get(key)));
  return {
    before: before.monthly,
    after: after.monthly,
    changes: changes.toSorted((one, other) => sizeOf(other) - sizeOf(one)),
  };
}

function changeOf(earlier: PricedLine | undefined, later: PricedLine | undefined): CostChange[] {
  const line = later ?? earlier;
  if (!line) return [];
  const [before, after] = [earlier?.monthly ?? 0, later?.monthly ?? 0];
  if (!earlier) return [{ kind: "added", line, before, after }];
  if (!later) return [{ kind: "removed", line, before, after }];
  const same = Math.abs(after - before) < nothing && Math.abs(later.quantity - earlier.quantity) < nothing;
  return same ? [] : [{ kind: "changed", line, before, after }];
}

function sizeOf({ before, after }: CostChange): number {
  return Math.abs(after - before);
}
