import { expect, it } from "vitest";
import type { TestModule } from "vitest/node";
import { countTests } from "./count-tests.ts";

/** A file whose tests ended in these states. */
function fileOf(states: string[], ...errors: unknown[]): TestModule[] {
  const resultOf = (state: string) =>
    state === "failed" ? { state, errors: [{ message: "expected 1 to be 2\n\n- Expected" }] } : { state };
  const tests = states.map((state, index) => ({ fullName: `test ${index}`, result: () => resultOf(state) }));
  const children = { allSuites: () => [], allTests: () => tests };
  return [{ relativeModuleId: "a.test.ts", errors: () => errors, children } as unknown as TestModule];
}

const fromWorker = Object.assign(Object.create(null), { message: "lost" });

it.each<[string, TestModule[], unknown[], boolean, number, string[]]>([
  ["passed tests", fileOf(["passed", "passed"]), [], true, 2, []],
  ["failed tests", fileOf(["failed"]), [], false, 0, ["a.test.ts: test 0\n    expected 1 to be 2"]],
  ["no skipped test", fileOf(["passed", "skipped"]), [], false, 1, []],
  ["a strictly skipped test", fileOf(["skipped"]), [], true, 0, ["a.test.ts: test 0 did not run (skipped)"]],
  ["a damaged file", fileOf([], { message: "no such module" }), [], false, 0, ["a.test.ts: no such module"]],
  ["a stray error", [], [new Error("lost")], false, 0, ["outside of any test: lost"]],
  ["a stray error of a worker", [], [fromWorker], false, 0, ["outside of any test: lost"]],
  ["a stray value", [], [1], false, 0, ["outside of any test: 1"]],
])("counts %s", (_, modules, stray, skippedFails, passed, problems) => {
  const lines = problems.map((problem) => `✗ ${problem}`);
  expect(countTests(modules, stray, skippedFails)).toEqual({ passed, problems: lines });
});
