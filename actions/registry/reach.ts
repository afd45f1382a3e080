import { Failure } from "../core/failure.ts";
import type { Log } from "../core/log.ts";
import type { Clock } from "../core/pace.ts";
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

/** A refusal of the registry, with its status. */
export class RegistryRefusal extends Failure {
  readonly status: number;

  constructor(status: number, message: string, nextStep?: string) {
    super(message, nextStep === undefined ? {} : { nextStep });
    this.name = "RegistryRefusal";
    this.status = status;
  }
}

const nextSteps: Readonly<Record<number, string>> = {
  403: "allow this user to do this, or log in as a user who may.",
  404: "check the repository's name, and create it if the registry does not do so at the first push.",
  413: "allow larger requests in the proxy in front of the registry.",
};

/** Explains a response with a status from 400; the response's body is read. */
export async function refusalOf(response: Answer, host: string, request: string): Promise<Failure> {
  const { status } = response;
  const { code, message } = firstError(await textOf(response));
  const said = [code, message].filter(Boolean).join(": ") || `status ${status}`;
  const sentence = `The registry ${host} refused ${request} (${said})`;
  if (status < 500 && status !== 429) return new RegistryRefusal(status, sentence, nextSteps[status]);
  const nextStep = "run the job again: the registry failed or throttled the request.";
  return new Transient(sentence, { nextStep, waitMs: retryAfterMs(response) });
}

/** ECR reports an expired login with 403, which elsewhere means that a valid login lacks a right. */
export async function saysExpired(response: Answer): Promise<boolean> {
  return response.status === 403 && /token has expired/i.test(await textOf(response));
}

/** Returns an empty text when it cannot be read. */
async function textOf(response: Answer): Promise<string> {
  return response.read().then(String, () => "");
}

/** Reads `{"errors":[{code, message}]}` of the distribution specification; proxies may respond with anything. */
function firstError(text: string): { code?: string; message?: string } {
  try {
    return JSON.parse(text).errors[0] ?? {};
  } catch {
    return {};
  }
}

/** Reads seconds or a date, RFC 9110 §10.2.3. */
function retryAfterMs({ header }: Answer): number {
  const value = header("retry-after") ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  return Math.max(0, Date.parse(value) - Date.now()) || 0;
}
