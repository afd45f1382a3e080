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
export async function persist<T>(
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

/** Waits for a part of a step that only reads: if AWS or its credentials end it, the error adds that nothing was changed. */
export async function beforeChanges<T>(reading: Promise<T>): Promise<T> {
  return reading.catch((cause: Error) => {
    const failure = explainAwsError(cause);
    if (!failure?.nextStep) throw cause;
    throw new Failure(failure.message, { nextStep: `${failure.nextStep} Nothing was changed.`, cause });
  });
}
