// npm test [NAME…]       the fast tests, or those of them whose path contains a NAME; the checks without a NAME
// npm run test:all [NAME…]   the real tests too, after installing what they need
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, homedir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { temporaryFolder } from "@ecs-delivery/program/temporary-folder";
import { checks, runChecks } from "./checks.ts";
import { removeContainers, startEngineUnlessOneAnswers } from "./tests/container-engine.ts";
import type { Count } from "./tests/count-tests.ts";
import { endProcesses } from "./tests/end-processes.ts";
import { installRequirements } from "./tests/requirements.ts";

const { values, positionals: names } = readArguments();

/** Bytes: twice what the tests have at once in files and as processes. */
const memoryNeeded = 8 * 2 ** 30;
/** Holds all temporary files of the tests, so that none is left. */
const temporary = mkdtempSync(join(temporaryFolder(memoryNeeded), "tests-"));
process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));
// Debian keeps servers in /usr/sbin and pipx its programs at home; a user's PATH may lack both.
process.env.PATH = [process.env.PATH, "/usr/sbin", "/sbin", join(homedir(), ".local/bin")].join(delimiter);
let engine: ReturnType<typeof startEngineUnlessOneAnswers>;
let tests: ChildProcess | undefined;
let isEnding = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, async () => {
    // Both a terminal and npm send it. A running installation ends in good order, and this process with it: a killed one
    // leaves packages half unpacked.
    if (isEnding || process.listenerCount(signal) > 1) return;
    isEnding = true;
    endTests();
    if (tests && values.all) await removeContainers(temporary).catch(() => {});
    await end(128 + constants.signals[signal]);
  });

const counts = await Promise.all([runChecks(names.length > 0 ? [] : checks), provide()])
  .then(async ([checked]) => [checked, await runTests()])
  .catch(({ message }: Error): Count[] => [{ passed: 0, problems: [message] }]);
const problems = counts.flatMap((count) => count.problems);
for (const problem of problems) console.error(problem);
console.log(`${counts.reduce((sum, { passed }) => sum + passed, 0)} passed, ${problems.length} failed`);
await end(problems.length > 0 ? 1 : 0);

function readArguments() {
  try {
    return parseArgs({ options: { all: { type: "boolean", default: false } }, allowPositionals: true });
  } catch (error) {
    console.error(`${(error as Error).message}\nusage: npm test [NAME…]; npm run test:all [NAME…]`);
    process.exit(2);
  }
}

/** Installs what the real tests need, next to the checks, which need nothing of it. */
async function provide(): Promise<void> {
  if (!values.all) return;
  await installRequirements();
  engine = startEngineUnlessOneAnswers();
  await engine?.ready;
}

/** Runs in a separate session: Ctrl-C reaches this process only, which then ends all of them. */
async function runTests(): Promise<Count> {
  const projects = (values.all ? ["fast", "real", "browser"] : ["fast"]).map((name) => `--project=${name}`);
  const reporter = join(import.meta.dirname, "tests/count-tests.ts");
  const options = ["run", ...projects, "--passWithNoTests", "--reporter=default", `--reporter=${reporter}`];
  tests = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", ...options, ...names], {
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // Hundreds of Node processes load the same modules: the first one compiles them.
    env: { ...process.env, TMPDIR: temporary, NODE_COMPILE_CACHE: join(temporary, "compiled") },
  });
  let count: Count | undefined;
  tests.on("message", (message: Count) => {
    count = message;
  });
  const [code] = await once(tests, "exit");
  // The signal's handler ends this process.
  if (isEnding) return new Promise(() => {});
  return count ?? { passed: 0, problems: [`✗ Vitest ended with ${code} before it had a result`] };
}

/** Ends the processes that this one started, then this process. */
async function end(code: number): Promise<never> {
  endTests();
  await engine?.end();
  process.exit(code);
}

function endTests(): void {
  endProcesses(tests?.exitCode === null ? tests.pid : undefined, temporary);
}
