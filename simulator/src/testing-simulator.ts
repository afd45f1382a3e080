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
    ...options,
  });
}

/** The offset that `startTestSimulator` uses in this worker. */
export function testListenerPortOffset(): number {
  // Vitest numbers its workers from 1. Ports stay below 32768, where the system's own choices begin on Linux,
  // and away from the 10080 and 18080 of a rehearsal that runs beside the tests.
  const worker = Number(process.env.VITEST_POOL_ID ?? 1);
  return 11_000 + 100 * worker;
}
