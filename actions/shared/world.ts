import { setSecret } from "@actions/core";
import { type Clock, systemClock } from "./clock.ts";
import { type Log, runnerLog } from "./log.ts";

/** What every step works with; nothing below reads time or the network otherwise. */
export interface StepWorld {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** For a step that reads the job's environment, too, and finds secrets in it. */
export interface JobWorld extends StepWorld {
  readonly variables: NodeJS.ProcessEnv;
  readonly mask: (secret: string) => void;
}

/** The real one: the job and the time. */
export function createJobWorld(signal: AbortSignal): JobWorld {
  return { variables: process.env, clock: systemClock, log: runnerLog, mask: setSecret, signal };
}
