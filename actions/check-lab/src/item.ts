import type { Lab } from "./lab.ts";
import { type Fix, forEachOf, type Outcome, outcomeOf } from "./outcome.ts";
import { type ServiceName, services } from "./parts.ts";

/** One thing that a phase of the course asks for. Its weight is in weights.json. */
export interface Item {
  /** Phase and name, such as `6.admin-rule`; stable, since weights and reports refer to it. */
  readonly id: string;
  /** The requirement, as a sentence. */
  readonly title: string;
  /** Applies to every fail, unless the outcome has texts with the student's own names. */
  readonly fix: Fix;
  /**
   * For an item that checks an effect, such as a page: ids of the items whose faults have this effect. While one of them
   * fails or waits, this one waits if it fails. An item that reads configuration has none, so that its fault shows.
   */
  readonly after?: readonly string[];
  /** Reads only. Throws Missing or Unreadable if a part cannot be checked. */
  check(lab: Lab): Promise<Outcome>;
}

/** How a student works, which decides the fixes that are shown. */
export const ways = ["all", "console", "cli", "templates"] as const;
export type Way = (typeof ways)[number];

const names = { console: "console", cli: "CLI", templates: "templates" } as const;

export function waysOf(fix: Fix | undefined, way: Way): [name: string, text: string][] {
  if (!fix) return [];
  const shown = (Object.keys(names) as (keyof typeof names)[]).filter(
    (name) => way === "all" || way === name,
  );
  return shown.map((name) => [names[name], fix[name]]);
}

/** Returns the check of an item that asks the same of both services. */
export function forServices(check: (lab: Lab, service: ServiceName) => Promise<Outcome>): Item["check"] {
  return (lab) => forEachOf(services, (service) => check(lab, service));
}

export function runItem(item: Item, lab: Lab): Promise<Outcome> {
  return item.check(lab).catch(outcomeOf);
}
