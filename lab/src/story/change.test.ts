import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { doExercises, exercises } from "../exercises.support.ts";
import {
  addToHeading,
  type Change,
  crashAtStart,
  giveParameters,
  slowRelease,
  toggleNavigation,
} from "./change.ts";

const root = join(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const apply = (change: Change, text: string) => change.edit(text, text);

const forks = Object.entries({
  ...exercises,
  "nothing at all": (text: string) => text,
  everything: doExercises,
});

describe.each(forks)("in a fork that has changed %s", (_, exercise) => {
  it("the customers' heading gets more words", () => {
    const source = exercise(read("services/customer/src/app.ts"));
    const heading = /const heading = ["'](.*)["'];/.exec(source)?.[1];
    expect(heading).toBeTruthy();
    const changed = apply(addToHeading(", freshly roasted", ""), source);
    expect(changed).toContain(`${heading}, freshly roasted`);
    expect(changed.length).toBe(source.length + ", freshly roasted".length);
  });

  it("the employees' navigation changes its colour, and back", () => {
    const source = exercise(read("services/employee/src/app.ts"));
    const toggled = apply(toggleNavigation(""), source);
    expect(toggled.includes("navbar-light")).toBe(!source.includes("navbar-light"));
    expect(apply(toggleNavigation(""), toggled)).toBe(source);
  });

  it("lists of suppliers wait before any route", () => {
    const changed = apply(slowRelease, exercise(read("services/customer/src/app.ts")));
    expect(changed).toMatch(/createSite\(.*\n {2}if \(.*"production"\) app\.use\("\/suppliers".*3500.*\n/);
  });
});

it("a crash comes after the code that the migration needs", () => {
  expect(apply(crashAtStart("no beans", ""), "export {};\n")).toBe(
    'export {};\n\nif (process.env.NODE_ENV === "production") {\n  console.error("no beans");\n  process.exit(1);\n}\n',
  );
});

it("a change without a match states what it needs", () => {
  expect(() => apply(addToHeading("!", ""), "export {};")).toThrow(
    'the story needs a line such as const heading = "…" to change',
  );
});

it("parameters are added to those of a fork and the story", () => {
  const given = giveParameters("standard", "services", { MaximumTasks: 3 });
  const current = '{"services":{"Subnets":"Public"},"pipeline":{"Sources":"ready"}}';
  expect(JSON.parse(given.edit('{"services":{}}', current))).toEqual({
    services: { Subnets: "Public", MaximumTasks: 3 },
    pipeline: { Sources: "ready" },
  });
});
