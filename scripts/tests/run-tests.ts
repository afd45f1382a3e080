// Runs the checks and the tests; the last line counts both. Started by scripts/test.ts, which ends what this starts.
import { once } from "node:events";
import { parseArgs } from "node:util";
import { startVitest } from "vitest/node";
import { checks, runChecks } from "../checks.ts";
import { type Count, countTests } from "./count-tests.ts";

const { values, positionals: names } = parseArgs({
  options: { all: { type: "boolean" } },
  allowPositionals: true,
});

const counts = [...(await prepare()), await runTests()];
const problems = counts.flatMap((count) => count.problems);
for (const problem of problems) console.error(problem);
console.log(`${counts.reduce((sum, { passed }) => sum + passed, 0)} passed, ${problems.length} failed`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Resolves when what the tests need is installed and the checks are done, whose lines wait for the installation's. */
async function prepare(): Promise<Count[]> {
  const ready = once(process, "message").then(() => process.disconnect());
  const checked =
    names.length > 0 ? [] : [runChecks(checks, (line) => void ready.then(() => console.log(line)))];
  await ready;
  return Promise.all(checked);
}

async function runTests(): Promise<Count> {
  const vitest = await startVitest("test", names, {
    watch: false,
    reporters: ["default"],
    ...(values.all ? {} : { project: "fast" }),
    passWithNoTests: true,
  });
  const count = countTests(vitest.state, { skippedFails: process.env.CI === "true" });
  const found = vitest.state.getTestModules().length > 0;
  await vitest.close();
  if (found) return count;
  const [kind, hint] = values.all ? ["", ""] : ["fast ", "; npm run test:all runs the real tests too"];
  return {
    passed: 0,
    problems: [`✗ no ${kind}test file matches ${names.join(", ")}${hint}`],
  };
}
