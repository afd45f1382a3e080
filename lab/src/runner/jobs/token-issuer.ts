import { createHash, generateKeyPair, type JsonWebKey, randomUUID, sign } from "node:crypto";
import { promisify } from "node:util";

/** GitHub as an identity provider. */
export const githubIssuer = "https://token.actions.githubusercontent.com";

/** Signs identity tokens with a key of its own, as GitHub does with RS256. */
export interface TokenIssuer {
  /** Public keys. */
  readonly keys: readonly JsonWebKey[];
  sign(claims: object): string;
}

export async function createTokenIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const header = { typ: "JWT", alg: "RS256", kid: randomUUID() };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    keys: [{ ...publicKey.export({ format: "jwk" }), kid: header.kid, alg: header.alg, use: "sig" }],
    sign(claims) {
      const signed = `${encode(header)}.${encode(claims)}`;
      return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
    },
  };
}

/** Variables in which a job with `id-token: write` finds its endpoint; no other job has them. */
export const identityVariables = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"] as const;

/** Returns a number that stays the same for a name, as GitHub's ids of owners and repositories. */
export function idOf(name: string): string {
  return String(createHash("sha256").update(name).digest().readUInt32BE());
}
