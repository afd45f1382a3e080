import { inspect } from "node:util";
import type { Vitest } from "vitest/node";

export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** One line for each failure. */
  readonly problems: readonly string[];
}

type Run = Pick<Vitest["state"], "getTestModules" | "getUnhandledErrors">;
type Module = ReturnType<Run["getTestModules"]>[number];

/**
 * Counts finished tests, by the path of their file. A file that could not be loaded and, where `skippedFails`, a
 * skipped test count as failures: a green line must not hide what did not run.
 */
export function countFiles(run: Run, { skippedFails = false } = {}): Map<string, Count> {
  return new Map(run.getTestModules().map((module) => [module.moduleId, countFile(module, skippedFails)]));
}

/** Errors outside of every test, one line each. */
export function strayErrors(run: Run): string[] {
  return run.getUnhandledErrors().map((error) => `✗ outside of any test: ${messageOf(error)}`);
}

/** Errors come from the workers as plain objects. */
function messageOf(error: unknown): string {
  const { message } = Object(error) as { readonly message?: unknown };
  return typeof message === "string" ? message : inspect(error);
}

function countFile(module: Module, skippedFails: boolean): Count {
  let passed = 0;
  const problems = module.errors().map((error) => `✗ ${module.moduleId}: ${error.message}`);
  for (const suite of module.children.allSuites())
    for (const error of suite.errors()) problems.push(`✗ ${suite.fullName}: ${error.message}`);
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    const name = `✗ ${module.relativeModuleId}: ${test.fullName}`;
    if (state === "passed") passed += 1;
    else if (state === "failed") problems.push(name);
    else if (skippedFails) problems.push(`${name} did not run (${state})`);
  }
  return { passed, failed: problems.length, problems };
}
