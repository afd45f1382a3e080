import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { AwsError, errorWith } from "../../kit/errors.ts";
import type { Aws } from "../api.ts";
import type { ConditionKeys } from "../iam/conditions.ts";

/** Public keys of identity providers (RFC 7517), by their address, as their `/.well-known/jwks` has them. */
export type IdentityKeys = Readonly<Record<string, readonly JsonWebKey[]>>;

export interface IdentityClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly [claim: string]: unknown;
}

const invalidToken = errorWith("InvalidIdentityToken");
/** Recorded texts: aws/aws-cli#7194, awslabs/aws-orbit-workbench#771, and answers of AWS to other users. */
const noJwt =
  "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
const noKey =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";
/** Text of the API reference; no recorded text of AWS for a wrong signature is known. */
const notValidated =
  "The web identity token that was passed could not be validated by AWS. Get a new identity token from the identity provider and then retry the request.";

/** Reads a token (RFC 7519) without verifying it. */
export function readToken(token: string) {
  const [header, claims, signature, ...more] = token.split(".");
  const { alg, kid } = parse(header);
  const { iss, sub, aud, exp, nbf = 0 } = parse(claims);
  const audiences = [aud].flat();
  const isJwt = [iss, sub, ...audiences].every((each) => typeof each === "string" && each !== "");
  if (!isJwt || !signature || more.length > 0 || ![exp, nbf].every(Number.isFinite))
    throw invalidToken(noJwt);
  return {
    claims: { ...parse(claims), iss, sub, aud: audiences } as IdentityClaims,
    verify: (keys: readonly JsonWebKey[] | undefined, clientIds: readonly string[], now: Date) => {
      // The algorithms of AWS. The type of the key decides with them, so that no public key becomes a shared secret.
      const [, family, bits] = /^(RS|ES)(256|384|512)$/.exec(String(alg)) ?? [];
      if (!bits) throw invalidToken(noJwt);
      const key = keys?.find((each) => each.kid === kid && each.kty === (family === "RS" ? "RSA" : "EC"));
      if (!key || (key.alg ?? alg) !== alg) throw invalidToken(noKey);
      const signed = Buffer.from(`${header}.${claims}`);
      const publicKey = { key: createPublicKey({ key, format: "jwk" }), dsaEncoding: "ieee-p1363" } as const;
      if (!verify(`sha${bits}`, signed, publicKey, Buffer.from(signature, "base64url")))
        throw invalidToken(notValidated);
      checkTime(Number(exp), Number(nbf), Math.floor(now.getTime() / 1000));
      if (!audiences.some((each) => clientIds.includes(String(each))))
        throw invalidToken("Incorrect token audience");
    },
  };
}

function parse(part = ""): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Reported below: the text is not a valid token.
  }
  throw invalidToken(noJwt);
}

function checkTime(exp: number, notBefore: number, now: number): void {
  if (now < exp && now >= notBefore) return;
  if (now < exp) throw invalidToken(notValidated);
  const message = `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`;
  throw new AwsError("ExpiredTokenException", message);
}

/** Returns the account's provider of an issuer: its address without the scheme, its ARN, and the accepted audiences. */
export async function findProvider({ iam }: Aws, accountId: string, issuer: string) {
  const name = issuer.replace(/^https:\/\//, "");
  const arn = `arn:aws:iam::${accountId}:oidc-provider/${name}`;
  const found = await iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn: arn }).catch(() => undefined);
  if (!found || name === issuer)
    throw invalidToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  return { name, arn, clientIds: found.ClientIDList ?? [] };
}

/**
 * Sources: "AWS STS supports validation of identity provider claims" (January 2026); the Service Authorization Reference,
 * which lists repository_owner_id, too. Others never have a value.
 */
const githubClaims = [
  ...["actor", "actor_id", "job_workflow_ref", "repository", "repository_id", "repository_owner_id"],
  ...["workflow", "ref", "environment", "enterprise_id"],
];
const commonClaims = ["amr", "aud", "sub"];
const github = "token.actions.githubusercontent.com";

/** @param provider its address without the scheme, which the names of its keys begin with */
export function keysOf(provider: string, claims: IdentityClaims, sessionName = ""): ConditionKeys {
  const known = provider === github ? [...commonClaims, ...githubClaims] : commonClaims;
  const values = (name: string) => [claims[name] ?? []].flat().map(String);
  // The names of keys are the same in upper and lower case.
  const keys = new Map(known.map((name) => [`${provider}:${name}`.toLowerCase(), values(name)]));
  keys.set("sts:rolesessionname", [sessionName]);
  return (key) => keys.get(key.toLowerCase());
}
