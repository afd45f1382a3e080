import { systemClock } from "../shared/clock.ts";
import { runnerLog } from "../shared/log.ts";
import { createClients, type World } from "./context.ts";
import { handOver } from "./hand-over.ts";
import type { OnCancel } from "./inputs.ts";
import { type Run, readRun } from "./order/run.ts";

/** Creates the real context: AWS, the runner and the time. */
export function openWorld(signal: AbortSignal, onCancel: OnCancel, kind?: Run["kind"]): World {
  return {
    clients: createClients(),
    clock: systemClock,
    log: runnerLog,
    signal,
    run: readRun(process.env, kind),
    handOver: handOver.saver(onCancel),
  };
}
