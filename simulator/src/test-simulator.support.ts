import { randomUUID } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createClock } from "./clock.ts";
import type { DatabaseServer, DatabaseServerOptions } from "./runtime/database/database-server.ts";
import type { FunctionOutcome, FunctionRunOptions } from "./runtime/functions/run-function.ts";
import type { Socket } from "./runtime/network.ts";
import { createInProcessRuntime } from "./runtime/tasks/in-process-runtime.support.ts";
import { type TaskRuntimeKind, taskRuntimeKinds } from "./runtime/tasks/runtime.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";
import { createVirtualClock, type TestClock, withForeground } from "./virtual-clock.support.ts";

export interface TestSimulator extends Simulator {
  readonly clock: TestClock;
}

export type TestOptions = Omit<SimulatorOptions, "clock" | "timeScale" | "taskRuntime">;
export type RealOptions = Omit<SimulatorOptions, "clock" | "taskRuntime"> & { taskRuntime?: TaskRuntimeKind };

/**
 * Starts a simulator on a free port, with listener ports that no other worker of the test run uses. Its time advances
 * only while a test or an action waits for it (see TestClock). Its tasks are functions of this process (see Program),
 * its Lambda functions run in this process, and its DB instances have no servers.
 */
export function startTestSimulator(options: TestOptions = {}): Promise<TestSimulator> {
  const clock = createVirtualClock();
  const taskRuntime: SimulatorOptions["taskRuntime"] = (parts) => createInProcessRuntime({ ...parts, clock });
  return startWith(clock, {
    taskRuntime,
    runFunction: runFunctionInProcess,
    findDatabaseServer: async () => undefined,
    startDatabaseServer: startNoDatabase,
    ...options,
  });
}

/** The same with real tasks, in time that passes 600 times faster than real time: five minutes take half a second. */
export function startRealSimulator({
  timeScale = 600,
  ...options
}: RealOptions = {}): Promise<TestSimulator> {
  const clock = withForeground(createClock(timeScale));
  return startWith(clock, { taskRuntime: taskRuntimeOfRun(), ...options });
}

async function startNoDatabase({ dataDirectory, sockets }: DatabaseServerOptions): Promise<DatabaseServer> {
  // A snapshot keeps the folder of its instance.
  await mkdir(dataDirectory, { recursive: true });
  const { promise: exited, resolve } = Promise.withResolvers<void>();
  const [{ port }] = sockets as [Socket];
  return { host: "127.0.0.1", port, version: "8.0.46", exited, close: async () => resolve() };
}

async function startWith(clock: TestClock, options: SimulatorOptions): Promise<TestSimulator> {
  const settings = { port: 0, listenerPortOffset: testListenerPortOffset(), ...options, clock };
  const simulator = await clock.during(startSimulator(settings));
  return {
    ...simulator,
    clock,
    close: () => clock.during(simulator.close()).finally(clock.stop),
  };
}

/**
 * Returns the runtime for tests with real tasks: SIMULATOR_TASK_RUNTIME, so that the same tests can be run with each.
 */
export function taskRuntimeOfRun(): TaskRuntimeKind {
  const named = process.env.SIMULATOR_TASK_RUNTIME ?? "process";
  const kind = taskRuntimeKinds.find((each) => each === named);
  if (!kind) throw new Error(`SIMULATOR_TASK_RUNTIME is ${named}, not one of ${taskRuntimeKinds.join(", ")}`);
  return kind;
}

/** This many workers, of one run or of parallel runs on one machine, have separate ports. */
const blocks = 64;

/** Kept for the life of the process, for any number of test files that load this module. */
const claimed = globalThis as { [offsetOfTests]?: number };
const offsetOfTests = Symbol.for("listener port offset of tests");

/** Returns the offset that `startRealSimulator` uses in this worker of this test run. */
export function testListenerPortOffset(): number {
  claimed[offsetOfTests] ??= claimBlock();
  return claimed[offsetOfTests];
}

/**
 * Takes the first block of ports that no other process has. Ports stay below 32768, where the system's own choices
 * begin on Linux, and do not overlap with those of a parallel rehearsal, which all end in 80.
 */
function claimBlock(): number {
  for (let block = 0; block < blocks; block += 1) {
    const offset = 11_050 + 100 * block;
    if (listens(offset)) return offset;
  }
  throw new Error(`${blocks} processes hold the listener ports of tests already`);
}

/**
 * Returns whether this process got the port, which it then holds until it ends. No listener of a test uses it: it would
 * have to be number 100, 200 and so on.
 */
function listens(port: number): boolean {
  const server = createServer().on("error", () => {});
  // Without a host, Node binds before it returns.
  server.listen(port).unref();
  return server.listening;
}

/**
 * Calls the handler of an ES module in this process, for tests of its callers. Its console.log writes to the function's
 * log.
 */
async function runFunctionInProcess({
  taskRoot,
  event,
  context,
  environment: { _HANDLER = "" },
  onLine,
}: FunctionRunOptions): Promise<FunctionOutcome> {
  const measured = { durationMs: 1, maxMemoryMb: 64 };
  const [file, name = ""] = _HANDLER.split(".");
  const source = await readFile(join(taskRoot, `${file}.mjs`), "utf8");
  // The handler's console is a temporary global, which exists during the call.
  const log = `log of a function ${randomUUID()}`;
  const console = `const console = { log: globalThis[${JSON.stringify(log)}] };`;
  Object.assign(globalThis, { [log]: (text: unknown) => onLine(String(text)) });
  try {
    const module = await import(`data:text/javascript,${encodeURIComponent(console + source)}`);
    const result = await module[name](JSON.parse(event), context);
    return { ...measured, payload: JSON.stringify(result ?? null) };
  } catch (error) {
    return { ...measured, error: describe(error as Error) };
  } finally {
    Reflect.deleteProperty(globalThis, log);
  }
}

const describe = ({ name, message }: Error): NonNullable<FunctionOutcome["error"]> => ({
  errorType: name,
  errorMessage: message,
});
