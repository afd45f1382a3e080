import { Failure } from "../failure.ts";
import { isLoopback } from "./address.ts";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Authorization {
  /** Value of the Authorization header for this repository, as far as one is known. */
  header(repository: string): string | undefined;
  /** After a 401: gets what its challenge asks for. False when there is nothing more to try. */
  answerChallenge(repository: string, challenge: string, signal: AbortSignal): Promise<boolean>;
}

/** Basic and Bearer (distribution-spec's token authentication, docs of CNCF distribution, "spec/auth/token"). */
export function createAuthorization(
  host: string,
  credentials: Credentials | undefined,
  mask: (secret: string) => void,
) {
  const tokens = new Map<string, string>();
  const basic =
    credentials && `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString("base64")}`;
  let bearer = false;
  return {
    header: (repository) => tokens.get(repository) ?? (bearer ? undefined : basic),
    async answerChallenge(repository, challenge, signal) {
      if (!/^bearer /i.test(challenge) || tokens.has(repository)) return false;
      bearer = true;
      const { realm = "", service } = parseParameters(challenge);
      const url = new URL(realm);
      if (url.protocol !== "https:" && !isLoopback(url.host))
        throw new Failure(`The registry ${host} sends for its token to ${url.origin}, which is not https`);
      if (service !== undefined) url.searchParams.set("service", service);
      url.searchParams.set("scope", `repository:${repository}:pull`);
      const response = await fetch(url, { headers: basic ? { authorization: basic } : {}, signal });
      if (!response.ok) return false;
      const { token, access_token } = (await response.json()) as { token?: string; access_token?: string };
      const value = token ?? access_token;
      if (value === undefined) return false;
      mask(value);
      tokens.set(repository, `Bearer ${value}`);
      return true;
    },
  } satisfies Authorization;
}

/** `name="value"` and `name=value`, RFC 9110 §11.2. */
function parseParameters(challenge: string): Partial<Record<"realm" | "service", string>> {
  return Object.fromEntries(
    [...challenge.matchAll(/([a-z]+)=(?:"([^"]*)"|([^,\s]+))/gi)].map(([, name = "", quoted, plain]) => [
      name.toLowerCase(),
      quoted ?? plain,
    ]),
  );
}
