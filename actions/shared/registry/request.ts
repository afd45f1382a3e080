import type { Clock } from "../clock.ts";
import { Failure } from "../failure.ts";
import { registryUrl } from "./address.ts";
import { type Credentials, createAuthorization } from "./authorization.ts";

export interface RegistryOptions {
  readonly host: string;
  readonly credentials: Credentials | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly mask: (secret: string) => void;
}

/** Opens the bytes anew for every attempt. */
export type OpenContent = () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;

export interface RegistryRequest {
  readonly method?: "GET" | "HEAD" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly headers?: Record<string, string>;
  readonly body?: OpenContent | Buffer;
  readonly redirect?: "manual";
  /** Statuses from 400 that the caller understands; any other becomes a RegistryRefusal. */
  readonly expect?: readonly number[];
}

/** The registry's own answer: one of the error codes of OCI distribution-spec v1.1, or the status. */
export class RegistryRefusal extends Failure {
  readonly code: string;

  constructor(code: string, message: string, nextStep?: string) {
    super(message, nextStep === undefined ? {} : { nextStep });
    this.name = "RegistryRefusal";
    this.code = code;
  }
}

/** Worth another attempt: the connection broke, or the registry answered 5xx or 429. */
class Transient extends Failure {}

/** Pauses before the second and the third attempt. */
const retryDelaysMs = [1000, 3000];

export type Requester = ReturnType<typeof createRequester>;

export function createRequester({ host, credentials, clock, signal, mask }: RegistryOptions) {
  const authorization = createAuthorization(host, credentials, mask);

  /** One attempt. `location` is a path or, as registries may answer, a whole URL. */
  const send = async (
    repository: string,
    location: string,
    request: RegistryRequest = {},
  ): Promise<Response> => {
    const url = new URL(location, registryUrl(host));
    // Credentials go to the registry only, wherever it says an upload goes on.
    const header = url.origin === registryUrl(host) ? authorization.header(repository) : undefined;
    const response = await attempt(url, request, header, signal, host);
    if (response.status === 401) {
      const challenge = response.headers.get("www-authenticate") ?? "";
      await response.body?.cancel();
      if (await authorization.answerChallenge(repository, challenge, signal))
        return send(repository, location, request);
      throw accessRefused(host, repository);
    }
    if (response.status < 400 || request.expect?.includes(response.status)) return response;
    throw await refusal(response, host, `${request.method ?? "GET"} ${url.pathname}`);
  };

  const retry = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    for (const delay of retryDelaysMs) {
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof Transient)) throw error;
        await clock.wait(delay, signal);
      }
    }
    return action();
  };
  return { send, retry };
}

async function attempt(
  url: URL,
  { method, headers, body, redirect }: RegistryRequest,
  authorization: string | undefined,
  signal: AbortSignal,
  host: string,
): Promise<Response> {
  const content = typeof body === "function" ? await body() : body;
  const options = {
    method: method ?? "GET",
    redirect: redirect ?? "follow",
    signal,
    headers: authorization === undefined ? headers : { ...headers, authorization },
    ...(content === undefined ? {} : { body: content, duplex: "half" }),
  };
  try {
    // Node's fetch takes any async iterable as body; the DOM's types, which describe it, do not.
    return await fetch(url, options as RequestInit);
  } catch (error) {
    if (signal.aborted || error instanceof Failure) throw error;
    const { cause } = error as Error;
    const reason = cause instanceof Error && cause.message ? cause.message : (error as Error).message;
    throw new Transient(`The registry ${host} cannot be reached (${reason})`, {
      nextStep: "check the host's name and the network of the runner.",
      cause: error,
    });
  }
}

async function refusal(response: Response, host: string, request: string): Promise<Failure> {
  const { status } = response;
  const text = await response.text().catch(() => "");
  const { code, message } = firstError(text);
  const said = [code, message].filter(Boolean).join(": ") || `status ${status}`;
  const sentence = `The registry ${host} refused ${request} (${said})`;
  if (status >= 500 || status === 429)
    return new Transient(sentence, {
      nextStep: "run the job again; the registry had a fault or was throttling.",
    });
  return new RegistryRefusal(code ?? String(status), sentence);
}

/** `{"errors":[{code, message}]}` of the distribution specification; proxies answer anything. */
function firstError(text: string): { code?: string; message?: string } {
  try {
    return JSON.parse(text).errors[0];
  } catch {
    return {};
  }
}

function accessRefused(host: string, repository: string): Failure {
  return new RegistryRefusal(
    "UNAUTHORIZED",
    `The registry ${host} refused access to ${repository}`,
    "check the name; if the image is private, log in before this step (docker/login-action with this registry).",
  );
}
