// npm test [NAME…]       the fast tests, or those of them whose path holds a NAME; the checks when there is no NAME
// npm run test:all [NAME…]   the real tests too, after installing what they need
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { constants, freemem, homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
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

// A signal ends an installation gracefully: a killed one leaves packages half unpacked.
if (all) await installRequirements().catch((error) => process.exit(report(error)));

/** Bytes: twice what the tests have at once in files and as processes. */
const memoryNeeded = 8 * 2 ** 30;
/** Holds all temporary files of the tests, so that none is left. */
const temporary = mkdtempSync(join(process.env.TMPDIR ? tmpdir() : (memoryFolder() ?? tmpdir()), "tests-"));
let engine: ContainerEngine | undefined;
let tests: ChildProcess | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => endEarly(128 + constants.signals[signal]));
try {
  if (all) engine = startEngineUnlessOneAnswers();
  await engine?.ready;
  await end(await runTests());
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

/**
 * Returns Linux's folder in memory, where it may hold programs and has plenty of room: the tests write tens of thousands
 * of small files, each of which costs a millisecond of processor time on some disks.
 */
function memoryFolder(): string | undefined {
  const folder = "/dev/shm";
  try {
    const mounts = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" "));
    const [, , kind, options = ""] = mounts.findLast(([, path]) => path === folder) ?? [];
    const { bavail, bsize } = statfsSync(folder);
    const fits = Math.min(bavail * bsize, freemem()) >= memoryNeeded;
    return kind === "tmpfs" && !options.split(",").includes("noexec") && fits ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the exit code. */
function report({ message }: Error): number {
  console.error(message);
  console.log("0 passed, 1 failed");
  return 1;
}

/** Runs in a separate session: Ctrl-C reaches this process only, which then ends all of them. */
async function runTests(): Promise<number> {
  const program = join(import.meta.dirname, "tests/run-tests.ts");
  tests = spawn(process.execPath, [program, ...(all ? ["--all"] : []), ...names], {
    detached: true,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      TMPDIR: temporary,
      // Hundreds of Node processes load the same modules: the first one compiles them.
      NODE_COMPILE_CACHE: join(temporary, "compiled"),
    },
  });
  const [code] = await once(tests, "exit");
  return code ?? 1;
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
  rmSync(temporary, { recursive: true, force: true });
  process.exit(code);
}

function endTests(): void {
  endProcesses(tests?.exitCode === null ? tests.pid : undefined, temporary);
}
