import { getState, saveState } from "@actions/core";
import { createJobContext, type JobContext, type StepContext } from "./context.ts";
import { formatDuration } from "./duration.ts";
import { plainText } from "./plain-text.ts";
import { runAction, toFailure } from "./run.ts";

interface Action<Inputs, Context> {
  /** Reads all inputs; throws all their problems together, before anything else happens. */
  readonly inputs: () => Inputs;
  /** Adds clients to clock, log and signal: the step reads time, the network and the environment only through them. */
  readonly context: (job: JobContext, inputs: Inputs) => Context | Promise<Context>;
  /** Loads the post step, which the runner starts after the steps of the job. */
  readonly post?: () => Promise<{ finishPost(job: JobContext): Promise<void> }>;
}

/** Its step returns a result, which is published when the step succeeds. */
interface ReturningAction<Inputs, Context, Result> extends Action<Inputs, Context> {
  readonly run: (context: Context, inputs: Inputs) => Promise<Result>;
  /** Sets the outputs and writes the job summary. */
  readonly publish?: (result: Result, inputs: Inputs, job: JobContext) => Promise<void>;
}

/** Its step fills in a record, which is published however the step ends. */
interface RecordingAction<Inputs, Context, Kept> extends Action<Inputs, Context> {
  readonly record: (inputs: Inputs) => Kept;
  readonly run: (context: Context, inputs: Inputs, record: Kept) => Promise<void>;
  /** Sets the outputs and writes the job summary. */
  readonly publish: (record: Kept, context: Context, inputs: Inputs) => Promise<void>;
  /** Returns the result for the last line of a green end: `web succeeded`. */
  readonly outcome: (record: Kept) => string;
}

/**
 * Runs an action's step, or its post step: the runner starts the entry of an action with a post step twice. Errors end
 * in one annotation (see runAction).
 */
export function defineAction<Inputs, Context extends StepContext, Kept extends StepRecord<string>>(
  action: RecordingAction<Inputs, Context, Kept>,
): Promise<void>;
export function defineAction<Inputs, Context, Result>(
  action: ReturningAction<Inputs, Context, Result>,
): Promise<void>;
export async function defineAction<Inputs, Context, Kept>(
  action:
    | ReturningAction<Inputs, Context, Kept>
    | RecordingAction<Inputs, Context & StepContext, Kept & StepRecord<string>>,
): Promise<void> {
  if (action.post) {
    if (getState("phase") === "post") {
      const { finishPost } = await action.post();
      return runAction((signal) => finishPost(createJobContext(signal)));
    }
    saveState("phase", "post");
  }
  await runAction(async (signal) => {
    const inputs = action.inputs();
    const job = createJobContext(signal);
    const context = await action.context(job, inputs);
    if ("record" in action) return keepRecord(action, context as Context & StepContext, inputs);
    const result = await action.run(context, inputs);
    await action.publish?.(result, inputs, job);
  });
}

/** Facts that the record of every step has. */
export class StepRecord<Status extends string> {
  /** Is undefined until it is known. */
  status: Status | "failed" | "cancelled" | undefined;
  /** Empty when nothing failed. */
  cause = "";
  /** Next step for the reader; empty when nothing failed, or none is known. */
  fix = "";
  /** When the step began, in milliseconds since the epoch. */
  startedAt = 0;
  durationMs = 0;
}

/**
 * Runs a step and keeps its record, which is always published; throws what the step throws.
 */
export async function keepRecord<Inputs, Context extends StepContext, Kept extends StepRecord<string>>(
  action: Pick<RecordingAction<Inputs, Context, Kept>, "record" | "run" | "publish" | "outcome">,
  context: Context,
  inputs: Inputs,
): Promise<void> {
  const { clock, log, signal } = context;
  const record = action.record(inputs);
  record.startedAt = clock.now();
  try {
    await action.run(context, inputs, record);
  } catch (error) {
    record.status ??= signal.aborted ? "cancelled" : "failed";
    const failure = toFailure(error, signal);
    record.cause ||= failure.message;
    record.fix ||= failure.nextStep ?? "";
    throw error;
  } finally {
    record.durationMs = clock.now() - record.startedAt;
    record.cause = plainText(record.cause);
    record.fix = plainText(record.fix);
    await action.publish(record, context, inputs);
  }
  log.info(`${action.outcome(record)} after ${formatDuration(record.durationMs)}.`);
}
