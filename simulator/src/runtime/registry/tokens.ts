import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export type Action = "pull" | "push" | "delete";

/** Rights of a token's bearer in one repository. */
export interface Grant {
  readonly repository: string;
  readonly actions: readonly Action[];
}

export type TokenState = "valid" | "expired" | "unknown";

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
