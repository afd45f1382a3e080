import { startVitest } from "vitest/node";
import { checks, runCheck } from "./checks.ts";
import { countTests } from "./count-tests.ts";

const filters = process.argv.slice(2);
const tally = { passed: 0, failed: 0 };
// Whoever names test files wants those only.
for (const check of filters.length === 0 ? checks.filter(({ isTest }) => !isTest) : [])
  tally[(await runCheck(check)) ? "passed" : "failed"] += 1;

const vitest = await startVitest("test", filters, { watch: false, reporters: ["default"] });
const tests = countTests(vitest.state, { skippedFails: process.env.CI === "true" });
await vitest.close();
for (const problem of tests.problems) console.error(problem);
const failed = tally.failed + tests.failed;
console.log(`${tally.passed + tests.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
