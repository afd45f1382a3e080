import { expect, it } from "vitest";
import { longSubjects, overBudget, pastDoors } from "./house.ts";

const workspaces = ["actions", "program", "simulator", "services/customer"];
const past = (file: string, source: string) => pastDoors(file, source, workspaces);

it.each([
  ["actions/core/a.ts", 'import { b } from "../../simulator/src/b.ts";'],
  ["actions/core/a.ts", 'const b = await import("../../simulator/src/b.ts");'],
  ["actions/core/a.ts", 'export * from "../../services/customer/src/b.ts";'],
  ["scripts/a.ts", 'import type { B } from "../actions/core/b.ts";'],
])("rejects a relative import past a door: %s, %s", (file, source) => {
  expect(past(file, `// First line\n${source}`)).toEqual([
    expect.stringMatching(`^${file}:2: .*/b.ts goes past`),
  ]);
});

it.each([
  ["actions/core/a.ts", 'import { b } from "@ecs-delivery/simulator/b";'],
  ["actions/core/a.ts", 'import { b } from "../load/b.ts"; import { c } from "../../scripts/c.ts";'],
  ["simulator/src/a.ts", 'import { b } from "./services/customer/b.ts";'],
  ["scripts/run.mjs", 'import { b } from "../program/src/b.mjs";'],
  ["lab/src/options.mjs", 'import { b } from "../../program/src/b.mjs";'],
])(
  "accepts imports by name, within a workspace, and where no package is installed: %s, %s",
  (file, source) => {
    expect(past(file, source)).toEqual([]);
  },
);

it("reports a folder over its budget by one line, and one without a budget", () => {
  const lines = new Map([
    ["actions", 101],
    ["lab", 100],
    ["new", 1],
  ]);
  expect(overBudget(lines, { actions: 100, lab: 100 })).toEqual([
    expect.stringContaining("actions has 101 lines, its budget is 100"),
    expect.stringContaining("new (1 lines) has no line budget"),
  ]);
});

it("reports a commit subject of 73 characters, not one of 72", () => {
  expect(longSubjects([`abc ${"é".repeat(72)}`, `def ${"a b".repeat(24)}c`])).toEqual([
    expect.stringMatching("^def: the subject has 73 characters"),
  ]);
});
