import { inspect } from "node:util";
import type { Vitest } from "vitest/node";

export interface Count {
  readonly passed: number;
  /** A text for each failure: a line, for a test with the first line of each error below it. */
  readonly problems: readonly string[];
}

type Run = Pick<Vitest["state"], "getTestModules" | "getUnhandledErrors">;
type Module = ReturnType<Run["getTestModules"]>[number];

/**
 * Counts finished tests. A file that could not be loaded, an error outside of every test and, with `skippedFails`, a
 * skipped test count as failures: a green line must not hide tests that did not run.
 */
export function countTests(run: Run, { skippedFails = false } = {}): Count {
  const counts = run.getTestModules().map((module) => countModule(module, skippedFails));
  const stray = run.getUnhandledErrors().map((error) => `✗ outside of any test: ${messageOf(error)}`);
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    problems: [...counts.flatMap(({ problems }) => problems), ...stray],
  };
}

/** Errors come from the workers as plain objects. */
function messageOf(error: unknown): string {
  const { message } = Object(error) as { readonly message?: unknown };
  return typeof message === "string" ? message : inspect(error);
}

/** The reporter's account of an error may be thousands of lines before the closing one. */
function beginningOf(error: unknown): string {
  const [line = ""] = messageOf(error).trim().split("\n", 1);
  return line.length > longestLine ? `${line.slice(0, longestLine)} …` : line;
}
const longestLine = 300;

function countModule(module: Module, skippedFails: boolean): Count {
  let passed = 0;
  const problems = module.errors().map((error) => `✗ ${module.relativeModuleId}: ${error.message}`);
  for (const suite of module.children.allSuites())
    for (const error of suite.errors()) problems.push(`✗ ${suite.fullName}: ${error.message}`);
  for (const test of module.children.allTests()) {
    const { state, errors } = test.result();
    const name = `✗ ${module.relativeModuleId}: ${test.fullName}`;
    if (state === "passed") passed += 1;
    else if (state === "failed") problems.push([name, ...(errors ?? []).map(beginningOf)].join("\n    "));
    else if (skippedFails) problems.push(`${name} did not run (${state})`);
  }
  return { passed, problems };
}
