import type { Vitest } from "vitest/node";

/**
 * Counts finished tests. A file that could not be loaded, an error outside of a test and, where `skippedFails`, a
 * skipped test count as failures: a green line must not hide what did not run.
 */
export function countTests(
  state: Pick<Vitest["state"], "getTestModules" | "getUnhandledErrors">,
  { skippedFails = false },
) {
  const counted = { passed: 0, failed: 0, problems: [] as string[] };
  const fail = (problem: string) => {
    counted.failed += 1;
    counted.problems.push(problem);
  };
  const modules = state.getTestModules();
  if (modules.length === 0) fail("no test file was found");
  for (const module of modules) {
    for (const error of module.errors()) fail(`✗ ${module.moduleId}: ${error.message}`);
    for (const suite of module.children.allSuites())
      for (const error of suite.errors()) fail(`✗ ${suite.fullName}: ${error.message}`);
    for (const test of module.children.allTests()) {
      const { state: result } = test.result();
      if (result === "passed") counted.passed += 1;
      else if (result === "failed") fail(`✗ ${module.relativeModuleId}: ${test.fullName}`);
      else if (skippedFails) fail(`✗ ${module.relativeModuleId}: ${test.fullName} did not run (${result})`);
    }
  }
  for (const error of state.getUnhandledErrors())
    fail(`✗ outside of any test: ${error instanceof Error ? error.message : String(error)}`);
  return counted;
}
