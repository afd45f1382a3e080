import type { Item } from "./item.ts";
import type { Outcome } from "./outcome.ts";

export interface CheckedItem {
  readonly item: Item;
  readonly outcome: Outcome;
  readonly weight: number;
}

/**
 * Counts one cause once: returns the items that fail for the cause of others, with the ids of those others. An item
 * waits if it checks an effect of one that fails (`after`), also one that cannot be seen then, or if others have reported all its problems. An item without
 * weight is never waited for: it would hide a fault from the score.
 */
export function findWaiting(checked: readonly CheckedItem[]): Map<string, string[]> {
  const fails = checked.filter(({ outcome }) => outcome.status === "fail");
  const counted = new Set(fails.filter(({ weight }) => weight > 0).map(({ item }) => item.id));
  const waitsFor = new Map<string, string[]>();
  for (const { item, outcome } of checked) {
    if (outcome.status === "pass") continue;
    const failing = (item.after ?? []).filter((id) => counted.has(id));
    if (failing.length > 0) waitsFor.set(item.id, failing);
  }
  const firstWith = new Map<string, string>();
  for (const { item, outcome } of fails.toSorted(
    (one, other) => +(one.weight === 0) - +(other.weight === 0),
  )) {
    if (waitsFor.has(item.id)) continue;
    const { causes = [outcome.evidence] } = outcome;
    const known = causes.flatMap((cause) => firstWith.get(cause) ?? []);
    if (known.length === causes.length) waitsFor.set(item.id, known);
    else if (counted.has(item.id))
      for (const cause of causes) if (!firstWith.has(cause)) firstWith.set(cause, item.id);
  }
  const roots = (id: string): string[] => waitsFor.get(id)?.flatMap(roots) ?? [id];
  return new Map([...waitsFor.keys()].map((id) => [id, [...new Set(roots(id))]]));
}
