import { type AuthorizationOptions, accessRefused, createAuthorization } from "./authorization.ts";
import { type Answer, type HttpRequest, registryUrl } from "./exchange.ts";
import { createRetry, type RetryOptions, reach, refusalOf, saysExpired } from "./reach.ts";
import type { Scope } from "./token.ts";

export interface RegistryOptions extends AuthorizationOptions, RetryOptions {}

export interface RegistryRequest extends HttpRequest {
  /** Statuses from 400 that the caller understands; any other becomes a RegistryRefusal. */
  readonly expect?: readonly number[];
}

export type Requester = ReturnType<typeof createRequester>;

export function createRequester(options: RegistryOptions) {
  const { host } = options;
  const authorization = createAuthorization(options);

  /** Makes one attempt. `location` is a path or, as registries may return, a whole URL. */
  const send = async (
    scopes: readonly Scope[],
    location: string,
    request: RegistryRequest = {},
    renewed = false,
  ): Promise<Answer> => {
    const url = new URL(location, registryUrl(host));
    // Credentials go to the registry only, even if an upload continues elsewhere.
    const own = url.origin === registryUrl(host);
    const header = own ? authorization.header(scopes) : undefined;
    const response = await reach(host, url, {
      signal: options.signal,
      ...request,
      headers: { ...request.headers, ...(header !== undefined && { authorization: header }) },
    });
    if (own && (response.status === 401 || (await saysExpired(response)))) {
      response.discard();
      const challenge = response.header("www-authenticate") ?? "";
      if (!renewed && (await authorization.renew(scopes, header, challenge)))
        return send(scopes, location, request, true);
      throw accessRefused(host, scopes);
    }
    // A redirect that was not followed is a result only for a caller that wants to see it.
    const done = request.redirect === "manual" ? response.status < 400 : response.status < 300;
    if (done || request.expect?.includes(response.status)) return response;
    throw await refusalOf(response, host, `${request.method ?? "GET"} ${url.pathname}`);
  };

  return { host, signal: options.signal, send, retry: createRetry(options) };
}
