import { inspect } from "node:util";
import type { Reporter, TestModule } from "vitest/node";

export interface Count {
  readonly passed: number;
  /** A text for each failure: a line, for a test with the first line of each error below it. */
  readonly problems: readonly string[];
}

/** Reporter of Vitest that sends the count to scripts/test.ts. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], stray: readonly unknown[]): void {
    const count = countTests(modules, stray, process.env.CI === "true");
    process.send?.(modules.length > 0 ? count : { passed: 0, problems: ["✗ no test file has such a name"] });
  }
}

/**
 * Counts finished tests. A file that could not be loaded, an error outside of every test and, with `skippedFails`, a
 * skipped test count as failures: a green line must not hide tests that did not run.
 */
export function countTests(
  modules: readonly TestModule[],
  stray: readonly unknown[],
  skippedFails = false,
): Count {
  let passed = 0;
  const problems: string[] = [];
  for (const module of modules) {
    for (const part of [module, ...module.children.allSuites()])
      for (const error of part.errors()) problems.push(`✗ ${module.relativeModuleId}: ${error.message}`);
    for (const test of module.children.allTests()) {
      const { state, errors } = test.result();
      const name = `✗ ${module.relativeModuleId}: ${test.fullName}`;
      if (state === "passed") passed += 1;
      else if (state === "failed") problems.push([name, ...(errors ?? []).map(beginningOf)].join("\n    "));
      else if (skippedFails) problems.push(`${name} did not run (${state})`);
    }
  }
  for (const error of stray) problems.push(`✗ outside of any test: ${messageOf(error)}`);
  return { passed, problems };
}

/** Errors come from the workers as plain objects. */
function messageOf(error: unknown): string {
  const { message } = Object(error) as { readonly message?: unknown };
  return typeof message === "string" ? message : inspect(error);
}

const longestLine = 300;

/** The reporter's account of an error may be thousands of lines before the closing one. */
const beginningOf = (error: unknown) => messageOf(error).trim().split("\n", 1).join().slice(0, longestLine);
