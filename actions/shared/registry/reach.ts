import { Failure } from "../failure.ts";
import type { Log } from "../log.ts";
import type { Clock } from "../pace.ts";
import { type Answer, exchange, type HttpRequest } from "./exchange.ts";

/** Exchanges a request; errors explain what is wrong with the connection to the host. */
export async function reach(host: string, url: URL, request: HttpRequest): Promise<Answer> {
  try {
    return await exchange(url, request);
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason;
    throw unreachable(host, error);
  }
}

/** Used also for a body that breaks off while it is read. */
export function unreachable(host: string, error: unknown): Failure {
  const cause = innermost(error as Error);
  // The request's own body could not be read.
  if (cause instanceof Failure) return cause;
  const { code = "" } = cause as NodeJS.ErrnoException;
  if (code === "ENOTFOUND")
    return new Failure(`The registry ${host} cannot be reached: the host does not exist`, {
      nextStep: "correct the name, or check the runner's DNS.",
      cause: error,
    });
  if (/CERT|SIGNATURE|^ERR_TLS/.test(code))
    return new Failure(`The registry ${host} cannot be trusted: ${cause.message}`, {
      nextStep:
        "if your own certificate authority signed its certificate, set NODE_EXTRA_CA_CERTS in the job's environment.",
      cause: error,
    });
  return new Transient(`The registry ${host} cannot be reached (${cause.message || code})`, {
    nextStep: "check the host's name and the network of the runner.",
    cause: error,
  });
}

/** Returns the error of the first of several addresses. */
function innermost(error: Error): Error {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return innermost(error.errors[0]);
  return error.cause instanceof Error ? innermost(error.cause) : error;
}

/** An error worth another attempt: the connection broke, or the registry responded with 5xx or 429. */
export class Transient extends Failure {
  /** Milliseconds that the registry asked to wait. */
  readonly waitMs: number;

  constructor(message: string, options: { nextStep?: string; cause?: unknown; waitMs?: number } = {}) {
    super(message, options);
    this.waitMs = options.waitMs ?? 0;
  }
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Pick<Log, "info">;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** With the pauses below, a registry has 15 s at most and 7 s on average to recover. */
export const attempts = 5;
const firstPauseMs = 1_000;
/** Longer than this, a waiting job costs more than one that is run again. */
const longestWaitMs = 120_000;

/**
 * Runs an action until it succeeds, fails permanently, or has failed five times. The action gets its attempt, from 0.
 */
type Retry = <Result>(action: (attempt: number) => Promise<Result>) => Promise<Result>;

/** Exponential backoff with full jitter, so that many refused jobs do not all return at the same moment. */
export function createRetry({ clock, signal, log, random = Math.random }: RetryOptions): Retry {
  return async (action) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await action(attempt);
      } catch (error) {
        if (!(error instanceof Transient)) throw error;
        signal.throwIfAborted();
        if (attempt + 1 === attempts || error.waitMs > longestWaitMs) throw error;
        const waitMs = Math.max(error.waitMs, random() * firstPauseMs * 2 ** attempt);
        log.info(
          `${error.message}; attempt ${attempt + 2} of ${attempts} in ${(waitMs / 1000).toFixed(1)} s`,
        );
        await clock.wait(waitMs, signal);
      }
    }
  };
}
