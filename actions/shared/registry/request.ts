import { Failure } from "../failure.ts";
import { registryUrl } from "./address.ts";
import { type AuthorizationOptions, createAuthorization, type Scope } from "./authorization.ts";
import { reach } from "./reach.ts";
import { accessRefused, refusalOf, saysExpired } from "./refusal.ts";
import { createRetry, type RetryOptions } from "./retry.ts";

export interface RegistryOptions extends AuthorizationOptions, RetryOptions {}

export interface RegistryRequest {
  readonly method?: "GET" | "HEAD" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly headers?: Record<string, string>;
  /** A function opens the bytes anew when the request has to be sent again. */
  readonly body?: Uint8Array | (() => AsyncIterable<Uint8Array>);
  readonly redirect?: "manual";
  /** Statuses from 400 that the caller understands; any other becomes a RegistryRefusal. */
  readonly expect?: readonly number[];
  /** Instead of the registry's own. */
  readonly signal?: AbortSignal;
}

export type Requester = ReturnType<typeof createRequester>;

export function createRequester(options: RegistryOptions) {
  const { host } = options;
  const authorization = createAuthorization(options);

  /** One attempt. `location` is a path or, as registries may answer, a whole URL. */
  const send = async (
    scopes: readonly Scope[],
    location: string,
    request: RegistryRequest = {},
    renewed = false,
  ): Promise<Response> => {
    const url = new URL(location, registryUrl(host));
    // Credentials go to the registry only, wherever it says an upload goes on.
    const own = url.origin === registryUrl(host);
    const header = own ? authorization.header(scopes) : undefined;
    const response = await reach(host, url, toInit(request, header, request.signal ?? options.signal));
    if (own && (response.status === 401 || (await saysExpired(response)))) {
      await response.body?.cancel();
      const challenge = response.headers.get("www-authenticate") ?? "";
      if (!renewed && (await authorization.renew(scopes, header, challenge)))
        return send(scopes, location, request, true);
      throw accessRefused(host, scopes);
    }
    if (response.status < 400 || request.expect?.includes(response.status)) return response;
    throw await refusalOf(response, host, `${request.method ?? "GET"} ${url.pathname}`);
  };

  return { host, signal: options.signal, log: options.log, send, retry: createRetry(options) };
}

function toInit(
  { method = "GET", headers, body, redirect }: RegistryRequest,
  authorization: string | undefined,
  signal: AbortSignal,
): RequestInit {
  const content = typeof body === "function" ? body() : body;
  const init = {
    method,
    redirect: redirect ?? "follow",
    signal,
    headers: authorization === undefined ? headers : { ...headers, authorization },
    ...(content === undefined ? {} : { body: content, duplex: "half" }),
  };
  // Node's fetch takes any async iterable as body; the DOM's types, which describe it, do not.
  return init as RequestInit;
}

/** Where an upload goes on: absolute or relative, as the specification allows. */
export function locationOf(response: Response): string {
  const location = response.headers.get("location");
  if (location !== null) return new URL(location, response.url).href;
  throw new Failure(`The registry at ${response.url} began an upload without saying where`);
}
