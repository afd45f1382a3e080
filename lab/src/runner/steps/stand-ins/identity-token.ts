import type { StandInStep } from "./stand-in.ts";

// Same lifetime as GitHub's own tokens: https://docs.github.com/actions/reference/security/oidc
const lifetimeSeconds = 300;

/**
 * The claims of GitHub's identity token. Unsigned, since GitHub's key is not available: only a simulated STS accepts
 * it.
 */
export function unsignedIdentityToken(step: StandInStep, audience: string): string {
  const repository = step.environment.GITHUB_REPOSITORY ?? "";
  const issuedAt = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "https://token.actions.githubusercontent.com",
    aud: audience,
    sub: `repo:${repository}:ref:${step.ref}`,
    repository,
    ref: step.ref,
    sha: step.sha,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
}
