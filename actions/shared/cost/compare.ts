import { type Estimate, keyOf, type PricedLine } from "./estimate.ts";

export interface CostChange {
  readonly kind: "added" | "removed" | "changed";
  /** The line after the change; of a removed resource, before it. */
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

/** A smaller difference per month is only floating-point arithmetic. */
const nothing = 1e-9;

/** Compares the monthly cost before and after a change of templates, parameters or use. */
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
