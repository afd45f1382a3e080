import { setSecret } from "@actions/core";
import { type Log, runnerLog } from "./log.ts";
import { type Clock, systemClock } from "./pace.ts";

/** Context of every step; nothing below reads time or the network otherwise. */
export interface StepContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Context of a step that also reads the job's environment, and finds secrets in it. */
export interface JobContext extends StepContext {
  readonly variables: NodeJS.ProcessEnv;
  readonly mask: (secret: string) => void;
}

/** Creates the real context: the job and the time. */
export function createJobContext(signal: AbortSignal): JobContext {
  return { variables: process.env, clock: systemClock, log: runnerLog, mask: setSecret, signal };
}
