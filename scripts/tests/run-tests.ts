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

let isReady = false;
const ready = once(process, "message").then(() => {
  isReady = true;
  process.disconnect();
});
// A terminal has one line for the progress of the installation, which other lines would cut.
const waitsForOutput = process.stdout.isTTY ? ready : Promise.resolve();

const counts = [...(await check()), ...(await runTests())];
const problems = counts.flatMap((count) => count.problems);
for (const problem of problems) console.error(problem);
console.log(`${counts.reduce((sum, { passed }) => sum + passed, 0)} passed, ${problems.length} failed`);
process.exitCode = problems.length > 0 ? 1 : 0;

async function check(): Promise<Count[]> {
  if (names.length > 0) return [];
  return [await runChecks(checks, (line) => void waitsForOutput.then(() => console.log(line)))];
}

/** During a long installation the fast tests run, which need nothing of it. */
async function runTests(): Promise<Count[]> {
  await (names.length > 0 ? ready : waitsForOutput);
  const projects = values.all ? ["fast", "real", "browser"] : ["fast"];
  const [first, second] = values.all && !isReady ? [["fast"], ["real", "browser"]] : [projects];
  const counts = await runProjects(first);
  if (second) {
    await ready;
    counts.push(...(await runProjects(second)));
  }
  if (counts.length > 0) return counts;
  const [kind, hint] = values.all ? ["", ""] : ["fast ", "; npm run test:all runs the real tests too"];
  return [{ passed: 0, problems: [`✗ no ${kind}test file matches ${names.join(", ")}${hint}`] }];
}

/** Returns no count if no file matches the names. */
async function runProjects(project: string[]): Promise<Count[]> {
  const options = { watch: false, reporters: ["default"], project, passWithNoTests: true };
  const vitest = await startVitest("test", names, options);
  const count = countTests(vitest.state, { skippedFails: process.env.CI === "true" });
  const found = vitest.state.getTestModules().length > 0;
  await vitest.close();
  return found ? [count] : [];
}
