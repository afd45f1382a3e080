import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export type TokenState = "valid" | "expired" | "unknown";

export interface Tokens {
  issue(expiresAt: Date): string;
  /** What an `Authorization` header is worth at `now`. */
  check(authorization: string | undefined, now: Date): TokenState;
}

/** Tokens carry their own expiry, signed, so none has to be remembered. */
export function createTokens(): Tokens {
  const secret = randomBytes(32);
  const sign = (claims: string) => createHmac("sha256", secret).update(claims).digest();

  return {
    issue(expiresAt) {
      const claims = Buffer.from(JSON.stringify({ expiration: expiresAt.getTime() })).toString("base64url");
      return `${claims}.${sign(claims).toString("base64url")}`;
    },
    check(authorization, now) {
      const [user, password] = basicCredentials(authorization);
      const [claims, signature] = password?.split(".") ?? [];
      if (user !== "AWS" || claims === undefined || signature === undefined) return "unknown";
      const given = Buffer.from(signature, "base64url");
      const expected = sign(claims);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "unknown";
      const { expiration } = JSON.parse(Buffer.from(claims, "base64url").toString());
      return expiration > now.getTime() ? "valid" : "expired";
    },
  };
}

function basicCredentials(authorization: string | undefined): [user?: string, password?: string] {
  const encoded = /^basic +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, "base64").toString();
  const colon = text.indexOf(":");
  return colon < 0 ? [] : [text.slice(0, colon), text.slice(colon + 1)];
}
