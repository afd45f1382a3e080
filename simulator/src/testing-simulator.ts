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

/** So many workers of a run, and runs beside each other on one machine, have ports of their own. */
const slots = 8;

/** The offset that `startTestSimulator` uses in this worker of this test run. */
export function testListenerPortOffset(): number {
  // Vitest numbers its workers from 1; their parent is the run. Ports stay below 32768, where the system's own
  // choices begin on Linux, and away from those of a rehearsal that runs beside the tests: all of those end in 80.
  const worker = Number(process.env.VITEST_POOL_ID ?? 1) % slots;
  const run = process.ppid % slots;
  return 11_050 + 100 * (slots * run + worker);
}
