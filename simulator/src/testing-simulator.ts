import { createServer } from "node:net";
import { type TaskRuntimeKind, taskRuntimeKinds } from "./planes/tasks/runtime.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";

/**
 * A simulator for one test file: on a free port, with listener ports that no other worker of the test run uses.
 * 600 times faster than the wall: the five minutes of a termination wait take half a second.
 */
export function startTestSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  return startSimulator({
    port: 0,
    listenerPortOffset: testListenerPortOffset(),
    timeScale: 600,
    taskRuntime: taskRuntimeOfRun(),
    ...options,
  });
}

/** What tasks of tests run as: SIMULATOR_TASK_RUNTIME, so that the same tests can be run with each. */
export function taskRuntimeOfRun(): TaskRuntimeKind {
  const named = process.env.SIMULATOR_TASK_RUNTIME ?? "process";
  const kind = taskRuntimeKinds.find((each) => each === named);
  if (!kind) throw new Error(`SIMULATOR_TASK_RUNTIME is ${named}, not one of ${taskRuntimeKinds.join(", ")}`);
  return kind;
}

/** So many workers, of one run or of runs beside each other on one machine, have ports of their own. */
const blocks = 64;

/** Kept for the life of the process, whatever number of test files it loads this module for. */
const claimed = globalThis as { [offsetOfTests]?: number };
const offsetOfTests = Symbol.for("listener port offset of tests");

/** The offset that `startTestSimulator` uses in this worker of this test run. */
export function testListenerPortOffset(): number {
  claimed[offsetOfTests] ??= claimBlock();
  return claimed[offsetOfTests];
}

/**
 * Takes the first block of ports that no other process has. Ports stay below 32768, where the system's own choices
 * begin on Linux, and away from those of a rehearsal that runs beside the tests: all of those end in 80.
 */
function claimBlock(): number {
  for (let block = 0; block < blocks; block += 1) {
    const offset = 11_050 + 100 * block;
    if (listens(offset)) return offset;
  }
  throw new Error(`${blocks} processes hold the listener ports of tests already`);
}

/**
 * Whether this process got the port, which it then holds until it ends, however it ends. No listener of a test meets
 * it: it would have to be number 100, 200 and so on.
 */
function listens(port: number): boolean {
  const server = createServer().on("error", () => {});
  // Without a host, Node binds before it returns.
  server.listen(port).unref();
  return server.listening;
}
