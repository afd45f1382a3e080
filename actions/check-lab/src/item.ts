import type { Lab } from "./lab.ts";
import { forEachOf, Missing, type Outcome, Unreadable, unchecked } from "./outcome.ts";
import { type ServiceName, services } from "./parts.ts";

/** One thing that a phase of the course asks for. Its weight is in weights.json. */
export interface Item {
  /** Phase and name, such as `6.admin-rule`; stable, since weights and reports refer to it. */
  readonly id: string;
  /** The requirement, as a sentence. */
  readonly title: string;
  readonly fix: Fix;
  /** Reads only. Throws Missing or Unreadable if a part cannot be checked. */
  check(lab: Lab): Promise<Outcome>;
}

/** The fix for a student who works in the console, with the AWS CLI, or by our templates and workflows. */
export interface Fix {
  readonly console: string;
  readonly cli: string;
  readonly templates: string;
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

/** Runs an item. An error that is neither Missing nor Unreadable is a bug in the item, which ends the action. */
export async function runItem(item: Item, lab: Lab): Promise<Outcome> {
  try {
    return await item.check(lab);
  } catch (error) {
    if (error instanceof Missing) return { status: "fail", evidence: error.message };
    if (error instanceof Unreadable) return unchecked(error.message);
    throw error;
  }
}
