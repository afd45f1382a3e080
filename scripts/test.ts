// npm test [NAME…]       the fast tests, or those of them whose path holds a NAME; the checks when there is no NAME
// npm run test:all [NAME…]   the real tests too, after installing what they need
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, homedir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { temporaryFolder } from "../program/src/temporary-folder.ts";
import {
  type ContainerEngine,
  removeContainers,
  startEngineUnlessOneAnswers,
} from "./tests/container-engine.ts";
import { endProcesses } from "./tests/end-processes.ts";
import { installRequirements } from "./tests/requirements.ts";

const { all, names } = readArguments();
// Debian keeps servers in /usr/sbin and pipx its programs at home; a user's PATH may lack both.
process.env.PATH = [process.env.PATH, "/usr/sbin", "/sbin", join(homedir(), ".local/bin")].join(delimiter);

/** Bytes: twice what the tests have at once in files and as processes. */
const memoryNeeded = 8 * 2 ** 30;
/** Holds all temporary files of the tests, so that none is left. */
const temporary = mkdtempSync(join(temporaryFolder(memoryNeeded), "tests-"));
process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));
let engine: ContainerEngine | undefined;
let tests: ChildProcess | undefined;
let isEnding = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    // Both a terminal and npm send it.
    if (isEnding) return;
    isEnding = true;
    // An installation ends in good order, and this process with it: a killed one leaves packages half unpacked.
    if (process.listenerCount(signal) > 1) endTests();
    else endEarly(128 + constants.signals[signal]);
  });
try {
  tests = startTests();
  const ended = once(tests, "exit");
  if (all) {
    await installRequirements();
    engine = startEngineUnlessOneAnswers();
    await engine?.ready;
  }
  if (tests.connected) tests.send("ready");
  const [code] = await ended;
  await end(code ?? 1);
} catch (error) {
  await end(report(error as Error));
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { all: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    return { all: values.all, names: positionals };
  } catch (error) {
    console.error(`${(error as Error).message}\nusage: npm test [NAME…]; npm run test:all [NAME…]`);
    process.exit(2);
  }
}

/** Returns the exit code. */
function report({ message }: Error): number {
  console.error(message);
  console.log("0 passed, 1 failed");
  return 1;
}

/**
 * Runs in a separate session: Ctrl-C reaches this process only, which then ends all of them. The checks and the fast
 * tests need nothing that is installed now; the others start when they get the message "ready".
 */
function startTests(): ChildProcess {
  const program = join(import.meta.dirname, "tests/run-tests.ts");
  return spawn(process.execPath, [program, ...(all ? ["--all"] : []), ...names], {
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      TMPDIR: temporary,
      // Hundreds of Node processes load the same modules: the first one compiles them.
      NODE_COMPILE_CACHE: join(temporary, "compiled"),
    },
  });
}

/** Removes containers that an interrupted run has left. */
async function endEarly(code: number): Promise<never> {
  endTests();
  if (all && tests) await removeContainers(temporary).catch(() => {});
  return end(code);
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
