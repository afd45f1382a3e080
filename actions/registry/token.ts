import { Failure } from "../core/failure.ts";
import type { Clock } from "../core/pace.ts";
import type { HttpRequest } from "./exchange.ts";
import { reach, refusalOf, unreachable } from "./reach.ts";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Access of a request to a repository; pushing includes pulling. */
export interface Scope {
  readonly repository: string;
  readonly access: "pull" | "push";
}

export interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

interface TokenRequest {
  readonly host: string;
  /** The challenge's realm. */
  readonly url: URL;
  readonly service: string | undefined;
  readonly scopes: readonly Scope[];
  readonly credentials: Credentials | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface TokenAnswer {
  readonly token?: string;
  readonly access_token?: string;
  readonly expires_in?: number;
}

/**
 * Minimum lifetime of a token, and the default when its service omits it (docs of CNCF distribution,
 * "spec/auth/token").
 */
const shortestLifetimeS = 60;

/** Requests a token from a registry's token service; undefined when it refuses. */
export async function fetchToken(request: TokenRequest): Promise<Token | undefined> {
  const { host, url, clock, signal } = request;
  const asked = clock.now();
  const response = await reach(host, url, { ...toRequest(request), signal });
  if (response.status >= 500 || response.status === 429)
    throw await refusalOf(
      response,
      host,
      `a token for ${request.scopes.map(({ repository }) => repository).join(" and ")}`,
    );
  const said = await response.read().catch((error) => {
    throw signal.aborted ? signal.reason : unreachable(host, error);
  });
  if (response.status >= 300) return undefined;
  const body = readAnswer(said, host);
  const value = body.token ?? body.access_token;
  const lifetimeS = Math.max(body.expires_in ?? 0, shortestLifetimeS);
  return value === undefined ? undefined : { value, expiresAt: asked + lifetimeS * 1000 };
}

/** The text may contain a token that nothing masks yet, so no error quotes it. */
function readAnswer(said: Buffer, host: string): TokenAnswer {
  try {
    return JSON.parse(said.toString("utf8"));
  } catch {
    throw new Failure(`The token service of ${host} did not return JSON`, {
      nextStep: "check the registry's address, and its proxy if it has one.",
    });
  }
}

/** Adds the scopes to the URL, and the login to the headers. */
function toRequest({ url, service, scopes, credentials }: TokenRequest): HttpRequest {
  if (service !== undefined) url.searchParams.set("service", service);
  for (const { repository, access } of scopes)
    url.searchParams.append("scope", `repository:${repository}:${access === "push" ? "pull,push" : "pull"}`);
  return credentials === undefined ? {} : { headers: { authorization: basicHeader(credentials) } };
}

export function basicHeader({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
