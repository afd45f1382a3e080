import { describe, expect, it } from "vitest";
import { countFiles, strayErrors } from "./count-tests.ts";

type Run = Parameters<typeof countFiles>[0];

/** A run of one file whose tests ended so. */
function runOf(states: string[], { errors = [] as unknown[], stray = [] as unknown[] } = {}): Run {
  const tests = states.map((state, index) => ({ fullName: `test ${index}`, result: () => ({ state }) }));
  const module = {
    moduleId: "/repository/a.test.ts",
    relativeModuleId: "a.test.ts",
    errors: () => errors,
    children: { allSuites: () => [], allTests: () => tests },
  };
  return { getTestModules: () => [module], getUnhandledErrors: () => stray } as unknown as Run;
}

describe("the count of a file", () => {
  it.each([
    ["what passed and what failed", ["passed", "failed", "passed"], {}, 2, ["✗ a.test.ts: test 1"]],
    ["nothing for a skipped test", ["passed", "skipped"], {}, 1, []],
    [
      "a skipped test where none may be skipped",
      ["skipped"],
      { skippedFails: true },
      0,
      ["✗ a.test.ts: test 0 did not run (skipped)"],
    ],
  ])("tells %s", (_, states, options, passed, problems) => {
    const counts = countFiles(runOf(states), options);
    expect([...counts]).toEqual([["/repository/a.test.ts", { passed, failed: problems.length, problems }]]);
  });

  it("has a file that could not be loaded", () => {
    const counts = countFiles(runOf([], { errors: [{ message: "no such module" }] }));
    expect(counts.get("/repository/a.test.ts")).toMatchObject({
      failed: 1,
      problems: ["✗ /repository/a.test.ts: no such module"],
    });
  });
});

it.each([
  ["an error", new Error("lost"), "lost"],
  ["an error as workers send it", Object.assign(Object.create(null), { message: "lost" }), "lost"],
  ["what is no error", Object.create(null), "[Object: null prototype] {}"],
])("%s outside of every test is told", (_, error, said) => {
  expect(strayErrors(runOf([], { stray: [error] }))).toEqual([`✗ outside of any test: ${said}`]);
});
