import { expect, it } from "vitest";
import { countTests } from "./count-tests.ts";

type Run = Parameters<typeof countTests>[0];

/** A run of one file whose tests ended so. */
function runOf(states: string[], { errors = [] as unknown[], stray = [] as unknown[] } = {}): Run {
  const resultOf = (state: string) =>
    state === "failed" ? { state, errors: [{ message: "expected 1 to be 2\n\n- Expected" }] } : { state };
  const tests = states.map((state, index) => ({ fullName: `test ${index}`, result: () => resultOf(state) }));
  const module = {
    relativeModuleId: "a.test.ts",
    errors: () => errors,
    children: { allSuites: () => [], allTests: () => tests },
  };
  return { getTestModules: () => [module], getUnhandledErrors: () => stray } as unknown as Run;
}

const fromWorker = Object.assign(Object.create(null), { message: "lost" });

it.each([
  [
    "passed and failed tests, with the first line of an error",
    runOf(["passed", "failed", "passed"]),
    {},
    2,
    ["✗ a.test.ts: test 1\n    expected 1 to be 2"],
  ],
  ["no skipped test", runOf(["passed", "skipped"]), {}, 1, []],
  [
    "a skipped test as failed where none may be skipped",
    runOf(["skipped"]),
    { skippedFails: true },
    0,
    ["✗ a.test.ts: test 0 did not run (skipped)"],
  ],
  [
    "a file that cannot be loaded",
    runOf([], { errors: [{ message: "no such module" }] }),
    {},
    0,
    ["✗ a.test.ts: no such module"],
  ],
  ["a stray error", runOf([], { stray: [new Error("lost")] }), {}, 0, ["✗ outside of any test: lost"]],
  ["a stray error of a worker", runOf([], { stray: [fromWorker] }), {}, 0, ["✗ outside of any test: lost"]],
  [
    "a stray value that is not an error",
    runOf([], { stray: [Object.create(null)] }),
    {},
    0,
    ["✗ outside of any test: [Object: null prototype] {}"],
  ],
])("counts %s", (_, run, options, passed, problems) => {
  expect(countTests(run, options)).toEqual({ passed, problems });
});
