import { startVitest } from "vitest/node";
import { checks, runCheck } from "./checks.ts";
import { type Count, countFiles, strayErrors } from "./count-tests.ts";

/** More than these fail because something is broken, not because the machine was busy. */
const fewFiles = 8;

const filters = process.argv.slice(2);
const wanted = filters.length > 0;
// Whoever names test files wants those only.
const checked = wanted ? { passed: 0, failed: 0 } : await runChecks();
const tests = await runTests(filters);
for (const problem of tests.problems) console.error(problem);
const failed = checked.failed + tests.failed;
console.log(`${checked.passed + tests.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function runChecks() {
  const tally = { passed: 0, failed: 0 };
  for (const check of checks.filter(({ isTest }) => !isTest))
    tally[(await runCheck(check)) ? "passed" : "failed"] += 1;
  return tally;
}

async function runTests(files: string[]): Promise<Count> {
  const { counts, stray } = await run(files);
  if (counts.size === 0) stray.push("no test file was found");
  const failing = [...counts].filter(([, { failed }]) => failed > 0);
  if (!wanted && failing.length > 0 && failing.length <= fewFiles) await judgeAlone(counts, failing);
  const all = [...counts.values(), { passed: 0, failed: stray.length, problems: stray }];
  return {
    passed: all.reduce((sum, { passed }) => sum + passed, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    problems: all.flatMap(({ problems }) => problems),
  };
}

/**
 * Real processes beside each other on few cores meet delays that no user would. What failed among all others is run
 * once more by itself and judged by that; both results are shown, since a test that depends on the crowd wants mending.
 */
async function judgeAlone(counts: Map<string, Count>, failing: [string, Count][]): Promise<void> {
  console.log(`\n${failing.length} files with failures are run once more, one at a time:`);
  const again = await run(
    failing.map(([file]) => file),
    { fileParallelism: false },
  );
  for (const [file, before] of failing) {
    const alone = again.counts.get(file);
    // What strays cannot be put down to a file: nothing is excused then.
    if (!alone || again.stray.length > 0) continue;
    counts.set(file, alone);
    if (alone.failed === 0)
      for (const problem of before.problems) console.error(`flaky, passed when run alone: ${problem}`);
  }
}

async function run(files: string[], options: { fileParallelism?: boolean } = {}) {
  const vitest = await startVitest("test", files, { watch: false, reporters: ["default"], ...options });
  const counts = countFiles(vitest.state, { skippedFails: process.env.CI === "true" });
  const stray = strayErrors(vitest.state);
  await vitest.close();
  return { counts, stray };
}
