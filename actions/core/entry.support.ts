import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import type { TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { vi } from "vitest";
import { type Account, signIn } from "./least-role.support.ts";
import { systemClock } from "./pace.ts";

/** Context that a runner gives an action's entry. */
export interface Given {
  /** Inputs as a workflow sets them. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Provides address and credentials. With `runEntry`, its time is the action's. */
  readonly simulator?: Pick<TestSimulator, "clock" | "environmentVariables"> & Partial<Account>;
  /** More variables, such as the state of its step. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly folder?: string;
  /** The action whose least policy its calls are limited to; none if the simulator has no account. */
  readonly action?: string;
  /** Called for each line of the log as it is written; may end the step with a signal. */
  readonly onLine?: (line: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Result of the run as a reader sees it. */
export interface Ended {
  /** Null when a signal ended the process. */
  readonly exitCode: number | null;
  readonly lines: readonly string[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  /** Environment of the post step. */
  readonly state: Readonly<Record<string, string>>;
  /** The job summary, in Markdown. */
  readonly summary: string;
  /** Permissions of the table that it did not use, and that have no reason there. */
  readonly unexplained: readonly string[];
}

/**
 * Starts an action's committed bundle as the runner does: a process with INPUT_… and files for its output. `npm run
 * build` after a change.
 */
export function startEntry(action: string, { folder, onLine, ...given }: Given = {}): Promise<Ended> {
  return withFiles({ ...given, action }, async (env, noteLine) => {
    const options = { env, cwd: folder, stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"] };
    const child = spawn(process.execPath, [fileOf(action, "dist/index.js")], options);
    const kill: ChildProcess["kill"] = (signal) => child.kill(signal);
    createInterface({ input: child.stdout }).on("line", (line) => {
      noteLine(line);
      onLine?.(line, kill);
    });
    // Helps to find out why a test fails.
    createInterface({ input: child.stderr }).on("line", noteLine);
    const [exitCode] = (await once(child, "close")) as [number | null];
    return exitCode;
  });
}

/**
 * Runs an action's entry in this process, in the time of the clock. A signal is an event, since no process can be
 * ended.
 */
export function runEntry(action: string, given: Omit<Given, "folder"> = {}): Promise<Ended> {
  // Each run evaluates the entry again, but none of its imports.
  const entry = `${pathToFileURL(fileOf(action, "src/index.ts"))}?run=${randomUUID()}`;
  const { now, wait } = given.simulator?.clock.foreground ?? systemClock;
  const spies = [
    vi.spyOn(systemClock, "now").mockImplementation(now),
    vi.spyOn(systemClock, "wait").mockImplementation(wait),
  ];
  return runHere(() => import(entry), { ...given, action }).finally(() => {
    for (const spy of spies) spy.mockRestore();
  });
}

/** Runs a step in this process, with the environment of a runner. */
export function runHere(
  step: () => Promise<unknown>,
  { onLine, ...given }: Omit<Given, "folder"> = {},
): Promise<Ended> {
  return withFiles(given, async (env, noteLine) => {
    const before = process.env;
    process.env = env;
    const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      for (const line of String(text).split("\n").filter(Boolean)) {
        noteLine(line);
        onLine?.(line, (signal) => void process.emit(signal, signal));
      }
      return true;
    });
    try {
      await step();
      return Number(process.exitCode ?? 0);
    } finally {
      stdout.mockRestore();
      process.env = before;
      // The step has failed, its test has not.
      process.exitCode = undefined;
    }
  });
}

const fileOf = (action: string, path: string) => join(import.meta.dirname, "..", action, path);

async function withFiles(
  { action, inputs = {}, simulator, environment = {} }: Given,
  run: (env: NodeJS.ProcessEnv, noteLine: (line: string) => void) => Promise<number | null>,
): Promise<Ended> {
  const home = await mkdtemp(join(tmpdir(), "entry-test-"));
  const file = (name: string) => join(home, name);
  const role = action && simulator?.aws ? await signIn(action, inputs, simulator as Account) : undefined;
  try {
    await Promise.all(["output", "state", "summary"].map((name) => writeFile(file(name), "")));
    const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
    const env = {
      ...nodeEnvironment(),
      HOME: home,
      RUNNER_TEMP: home,
      GITHUB_OUTPUT: file("output"),
      GITHUB_STATE: file("state"),
      GITHUB_STEP_SUMMARY: file("summary"),
      ...Object.fromEntries(given),
      ...simulator?.environmentVariables,
      ...role?.keys,
      ...environment,
    };
    const lines: string[] = [];
    const exitCode = await run(env, (line) => void lines.push(line));
    role?.refuseMissing();
    const state = Object.entries(await readValues(file("state")));
    return {
      exitCode,
      lines,
      errors: annotationsIn(lines, "error"),
      warnings: annotationsIn(lines, "warning"),
      outputs: await readValues(file("output")),
      state: Object.fromEntries(state.map(([name, value]) => [`STATE_${name}`, value])),
      summary: await readFile(file("summary"), "utf8"),
      unexplained: role?.unexplained() ?? [],
    };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Returns the text of the annotations of this kind. */
function annotationsIn(lines: readonly string[], kind: string): string[] {
  const start = new RegExp(`^::${kind}( [^:]*)?::`);
  return lines.flatMap((line) => (start.test(line) ? line.replace(start, "") : []));
}

/** Reads a file of GITHUB_OUTPUT or GITHUB_STATE. */
async function readValues(file: string): Promise<Record<string, string>> {
  const found = (await readFile(file, "utf8")).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n?\2$/gm);
  return Object.fromEntries([...found].map(([, name = "", , value = ""]) => [name, value]));
}
