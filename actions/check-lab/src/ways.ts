import type { Fix } from "./item.ts";

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
