import { Failure } from "../failure.ts";
import { type Answer, exchange, type HttpRequest } from "./exchange.ts";
import { Transient } from "./retry.ts";

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
