import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { basicCredentials } from "../authorization.ts";
import { RegistryError } from "./registry.ts";

/** The action of a request; without a repository for the check whether this is a registry (`/v2/`). */
export interface Wanted {
  readonly repository: string | undefined;
  readonly action: Action;
}

/** Challenge for credentials in a 401 response. */
interface Challenge {
  readonly challenge: string;
  /** Sent as text; by default the specification's JSON. */
  readonly text?: string;
}

/** Access control of a registry. */
export interface Access {
  /** Returns the challenge to respond with; undefined when the request is allowed. Throws RegistryError DENIED. */
  refusal(request: IncomingMessage, wanted: Wanted): Challenge | undefined;
}

/** ECR's access: Basic with the user AWS and a token as password, as `docker login` and every OCI client use it. */
export function ecrAccess(tokens: Tokens, host: () => string): Access {
  return {
    refusal(request) {
      const [user, password] = basicCredentials(request.headers.authorization);
      const token = user === "AWS" ? password : signatureOf(request);
      const { state } = tokens.check(token, new Date());
      if (state === "valid") return undefined;
      if (state === "expired") throw expired();
      return {
        challenge: `Basic realm="http://${host()}/",service="ecr.amazonaws.com"`,
        text: "Not Authorized\n",
      };
    },
  };
}

function expired(): RegistryError {
  const message = "Your authorization token has expired. Reauthenticate and try again.";
  return new RegistryError("DENIED", message);
}

/** A URL of ECR's GetDownloadUrlForLayer contains its token. */
function signatureOf({ url = "/" }: IncomingMessage): string | undefined {
  return new URLSearchParams(url.split("?")[1]).get("X-Amz-Signature") ?? undefined;
}

export type Action = "pull" | "push" | "delete";

/** Rights of a token's bearer in one repository. */
export interface Grant {
  readonly repository: string;
  readonly actions: readonly Action[];
}

type TokenState = "valid" | "expired" | "unknown";

export interface Tokens {
  issue(expiresAt: Date, grants?: readonly Grant[]): string;
  /** Returns the state and grants of a token at `now`. */
  check(token: string | undefined, now: Date): { state: TokenState; grants: readonly Grant[] };
}

/** Tokens contain their own expiry and grants, signed, so none is stored. */
export function createTokens(): Tokens {
  const secret = randomBytes(32);
  const sign = (claims: string) => createHmac("sha256", secret).update(claims).digest();

  return {
    issue(expiresAt, grants = []) {
      const text = JSON.stringify({ expiration: expiresAt.getTime(), grants });
      const claims = Buffer.from(text).toString("base64url");
      return `${claims}.${sign(claims).toString("base64url")}`;
    },
    check(token, now) {
      const [claims, signature] = token?.split(".") ?? [];
      if (claims === undefined || signature === undefined) return { state: "unknown", grants: [] };
      const given = Buffer.from(signature, "base64url");
      const expected = sign(claims);
      if (given.length !== expected.length || !timingSafeEqual(given, expected))
        return { state: "unknown", grants: [] };
      const { expiration, grants } = JSON.parse(Buffer.from(claims, "base64url").toString());
      return { state: expiration > now.getTime() ? "valid" : "expired", grants };
    },
  };
}
