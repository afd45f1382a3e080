import { Failure } from "../core/failure.ts";
import type { Clock } from "../core/pace.ts";
import { isLoopback } from "./exchange.ts";
import { RegistryRefusal } from "./reach.ts";
import { basicHeader, type Credentials, fetchToken, type Scope, type Token } from "./token.ts";

export interface Authorization {
  /** Returns the value of the Authorization header for these scopes, as far as one is known. */
  header(scopes: readonly Scope[]): string | undefined;
  /**
   * Called after the registry refused a request that was sent with `used`: gets the authorization for its challenge.
   * Returns false when there is nothing more to try.
   */
  renew(scopes: readonly Scope[], used: string | undefined, challenge: string): Promise<boolean>;
}

export interface AuthorizationOptions {
  readonly host: string;
  readonly credentials: Credentials | undefined;
  /** Logs in, or in again, when the registry wants other credentials, such as ECR after twelve hours. */
  readonly renewCredentials?: () => Promise<Credentials | undefined>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly mask: (secret: string) => void;
}

/**
 * Supports Basic and Bearer (distribution-spec's token authentication, docs of CNCF distribution, "spec/auth/token").
 */
export function createAuthorization(options: AuthorizationOptions): Authorization {
  const { host, clock, signal, mask, renewCredentials } = options;
  let { credentials } = options;
  let bearer = false;
  const tokens = new Map<string, Token>();
  // Parallel requests need the same token or login, so it is requested once.
  const underWay = new Map<string, Promise<boolean>>();
  // A registry may quote the header in a response, so its encoding is a secret like the password.
  const maskLogin = (login: Credentials) => {
    mask(login.password);
    mask(basicHeader(login).slice("Basic ".length));
  };
  if (credentials) maskLogin(credentials);

  const header: Authorization["header"] = (scopes) => {
    const token = tokens.get(keyOf(scopes)) ?? tokens.get(keyOf(scopes.map(asPush)));
    if (token && token.expiresAt > clock.now()) return `Bearer ${token.value}`;
    return bearer || credentials === undefined ? undefined : basicHeader(credentials);
  };

  const getToken = async (scopes: readonly Scope[], challenge: string) => {
    bearer = true;
    const { realm = "", service } = parseParameters(challenge);
    const url = new URL(realm, `https://${host}`);
    if (url.protocol !== "https:" && !isLoopback(url.host))
      throw new Failure(`The registry ${host} redirects to ${url.origin} for its token, which is not https`);
    const token = await fetchToken({ host, url, service, scopes, credentials, clock, signal });
    if (token === undefined) return false;
    mask(token.value);
    tokens.set(keyOf(scopes), token);
    return true;
  };

  const logInAgain = async () => {
    const renewed = await renewCredentials?.();
    if (renewed === undefined) return false;
    credentials = renewed;
    maskLogin(renewed);
    return true;
  };

  const renew: Authorization["renew"] = async (scopes, used, challenge) => {
    const current = header(scopes);
    if (current !== undefined && current !== used) return true;
    const byToken = /^bearer /i.test(challenge);
    return once(underWay, byToken ? keyOf(scopes) : "login", () =>
      byToken ? getToken(scopes, challenge) : logInAgain(),
    );
  };
  return { header, renew };
}

/** Neither the login nor a token for it is sufficient. */
export function accessRefused(host: string, scopes: readonly Scope[]): Failure {
  const pushing = scopes.some(({ access }) => access === "push");
  return new RegistryRefusal(
    401,
    `The registry ${host} refused access to ${scopes.map(({ repository }) => repository).join(" or ")}`,
    `check the name; ${pushing ? "to push, log in as a user who may" : "if the image is private, log in"} before this step (docker/login-action with this registry).`,
  );
}

function once<Result>(
  underWay: Map<string, Promise<Result>>,
  key: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const promise = underWay.get(key) ?? run().finally(() => underWay.delete(key));
  underWay.set(key, promise);
  return promise;
}

function asPush({ repository }: Scope): Scope {
  return { repository, access: "push" };
}

function keyOf(scopes: readonly Scope[]): string {
  return scopes.map(({ repository, access }) => `${repository}:${access}`).join(" ");
}

/** Parses `name="value"` and `name=value`, RFC 9110 §11.2. */
function parseParameters(challenge: string): Partial<Record<"realm" | "service", string>> {
  return Object.fromEntries(
    [...challenge.matchAll(/(?<![a-z])([a-z]+)=(?:"([^"]*)"|([^,\s]+))/gi)].map(
      ([, name = "", quoted, plain]) => [name.toLowerCase(), quoted ?? plain],
    ),
  );
}
