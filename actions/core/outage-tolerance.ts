import { explainAwsError, isThrottled, isTransient, isUnknownHost } from "./aws-errors.ts";
import type { StepContext } from "./context.ts";
import { formatDuration } from "./duration.ts";
import { Failure } from "./failure.ts";
import { createPace } from "./pace.ts";

/**
 * Outage tolerance. The SDK has retried for seconds already; an outage of a region or a runner's network that lasts
 * longer than this rarely ends soon.
 */
const outageMs = 5 * 60_000;

/**
 * Returns a function that calls AWS while something is waited for. It returns undefined, and logs it, when AWS
 * throttles or cannot respond for the moment. It throws permanent errors, and temporary ones after five minutes.
 */
export function createPatience({ clock, log, signal }: StepContext) {
  let failingSince: number | undefined;
  return async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    try {
      const answer = await call();
      if (failingSince !== undefined) log.info("AWS responds again.");
      failingSince = undefined;
      return answer;
    } catch (error) {
      if (isThrottled(error)) {
        log.info("AWS throttles the requests; polling less often.");
        return undefined;
      }
      if (signal.aborted || !isTransient(error)) throw error;
      if (failingSince === undefined)
        log.warning(
          `AWS does not respond (${(error as Error).message}); trying again for up to ${formatDuration(outageMs)}.`,
        );
      failingSince ??= clock.now();
      if (clock.now() - failingSince >= outageMs) throw error;
      return undefined;
    }
  };
}

/**
 * Calls AWS for something that the step needs: repeatedly while AWS throttles or cannot respond, for five minutes.
 * `call` has to be safe to repeat. At first contact, a host that does not exist is a wrong region or endpoint, not an
 * outage.
 */
export async function retryOutages<T>(
  context: StepContext,
  call: () => Promise<T>,
  { firstContact = false } = {},
): Promise<T> {
  const ask = createPatience(context);
  const pace = createPace();
  const until = context.clock.now() + outageMs;
  let last: unknown;
  const attempt = async () => {
    try {
      return { value: await call() };
    } catch (error) {
      if (firstContact && isUnknownHost(error)) return { refused: error };
      last = error;
      throw error;
    }
  };
  for (;;) {
    const found = await ask(attempt);
    if (found && "refused" in found) throw found.refused;
    if (found) return found.value;
    if (context.clock.now() >= until) throw last;
    await context.clock.wait(pace.next(false), context.signal);
  }
}

/** Adds to an error of AWS or its credentials that nothing was changed; for a part of a step that only reads. */
export async function beforeChanges<T>(reading: Promise<T>): Promise<T> {
  return reading.catch((cause: Error) => {
    const failure = explainAwsError(cause);
    if (!failure?.nextStep) throw cause;
    throw new Failure(failure.message, { nextStep: `${failure.nextStep} Nothing was changed.`, cause });
  });
}

/** Reads through outages, before the step has changed anything. */
export function readBeforeChanges<T>(
  context: StepContext,
  read: () => Promise<T>,
  options?: { readonly firstContact: boolean },
): Promise<T> {
  return beforeChanges(retryOutages(context, read, options));
}

/**
 * Polls until `check` returns a result. `late` is true at the last poll, at the deadline: then `check` has to return or
 * throw. An outage only slows the polls.
 */
export async function pollUntil<Seen, Result>(
  context: StepContext,
  read: () => Promise<Seen>,
  check: (seen: Seen, late: boolean) => Result | undefined,
  deadlineAt: number,
): Promise<Result> {
  const { clock, signal } = context;
  const pace = createPace();
  const ask = createPatience(context);
  for (;;) {
    const found = await ask(async () => ({ seen: await read() }));
    const result = found && check(found.seen, clock.now() >= deadlineAt);
    if (result !== undefined) return result;
    const pause = found ? pace.next(false) : pace.slowest();
    const left = deadlineAt - clock.now();
    await clock.wait(left > 0 ? Math.min(pause, left) : pause, signal);
  }
}
