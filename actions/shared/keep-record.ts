import type { StepContext } from "./context.ts";
import { formatDuration } from "./duration.ts";
import { toFailure } from "./run.ts";

/** Facts that the record of every step has. */
export interface StepRecord<Status extends string> {
  /** Undefined until it is settled. */
  status: Status | "failed" | "cancelled" | undefined;
  /** Empty when nothing failed. */
  cause: string;
  /** Next step for the reader; empty when nothing failed, or none is known. */
  fix: string;
  /** When the step began, in milliseconds since the epoch. */
  startedAt: number;
  durationMs: number;
}

/** Record of a step that has not started. */
export const newStep = { status: undefined, cause: "", fix: "", startedAt: 0, durationMs: 0 } as const;

interface Step<Kept> {
  /** Throws the cause that makes the step red. */
  readonly work: (record: Kept) => Promise<void>;
  /** Writes outputs and job summary, for a red end as for a green one. */
  readonly publish: (record: Kept) => Promise<void>;
  /** Returns the result for the last line of a green end: `web succeeded`. */
  readonly outcome: (record: Kept) => string;
}

/** Does the work of a step and keeps its record, which is always published; throws what the work throws. */
export async function keepRecord<Kept extends StepRecord<string>>(
  { clock, log, signal }: StepContext,
  record: Kept,
  { work, publish, outcome }: Step<Kept>,
): Promise<Kept> {
  record.startedAt = clock.now();
  try {
    await work(record);
  } catch (error) {
    record.status ??= signal.aborted ? "cancelled" : "failed";
    const failure = toFailure(error, signal);
    record.cause ||= failure.message;
    record.fix ||= failure.nextStep ?? "";
    throw error;
  } finally {
    record.durationMs = clock.now() - record.startedAt;
    await publish(record);
  }
  log.info(`${outcome(record)} after ${formatDuration(record.durationMs)}.`);
  return record;
}
