import type { IncomingMessage } from "node:http";
import { bearerToken } from "../authorization.ts";
import { type Access, ecrAccess, expired } from "./access.ts";
import type { TokenService } from "./bearer.ts";
import { RegistryError } from "./registry-error.ts";
import type { RegistryRules, RegistryWorld } from "./rules.ts";
import type { Action } from "./tokens.ts";

/** Of a token of public ECR, AWS's documents on it: "valid for 12 hours". */
const publicTokenLifetimeMs = 12 * 60 * 60 * 1000;
const everything: readonly Action[] = ["pull", "push", "delete"];

/**
 * ECR and public ECR at one address under two names: by the gateway's address it is an account's own registry
 * (`<account>.dkr.ecr.<region>.amazonaws.com`), as `localhost` it is `public.ecr.aws`. Clients keep a login for each.
 */
export const ecrRules: RegistryRules = {
  blobMounting: false,
  access(world) {
    const own = ecrAccess(world.tokens, () => `${world.gateway.host}:${world.gateway.port}`);
    const shared = publicAccess(world);
    return { refusal: (request, wanted) => (isPublicHost(request) ? shared : own).refusal(request, wanted) };
  },
  tokenService,
  reword,
};

/** host:port of the public registry. */
export function publicHost({ port }: RegistryWorld["gateway"]): string {
  return `localhost:${port}`;
}

function isPublicHost({ headers }: IncomingMessage): boolean {
  return /^localhost(:|$)/i.test(headers.host ?? "");
}

/** Everybody reads, whoever is logged in writes; but nobody comes without a token, be it one for everybody. */
function publicAccess({ tokens, gateway, isPublic }: RegistryWorld): Access {
  return {
    refusal(request, { repository, action }) {
      const token = bearerToken(request.headers.authorization);
      const { state, grants } = tokens.check(token, new Date());
      // ECR says 400 to a token that is over, which no specification asks for: aws/containers-roadmap#2835.
      if (token !== undefined && state !== "valid") throw expired(400);
      if (state !== "valid") {
        const realm = `http://${publicHost(gateway)}/v2/token/`;
        return { challenge: `Bearer realm="${realm}",service="public.ecr.aws",scope="aws"` };
      }
      if (grants.length > 0 || repository === undefined) return undefined;
      if (action === "pull" && isPublic(repository)) return undefined;
      throw new RegistryError("DENIED", "Not Authorized");
    },
  };
}

function tokenService({ tokens }: RegistryWorld): TokenService {
  return {
    tokens,
    lifetimeMs: publicTokenLifetimeMs,
    grants(login) {
      if (!login) return [];
      const { state } = tokens.check(login.password, new Date());
      // A login that is over is not taken for none: with it, even what everybody may read is refused.
      if (state === "expired") throw expired();
      return login.user === "AWS" && state === "valid"
        ? [{ repository: "*", actions: everything }]
        : undefined;
    },
  };
}

/** ECR's own words for a manifest it does not take: chainguard-dev/apko#450, regclient/regclient#709. */
function reword(error: RegistryError): RegistryError {
  if (error.code !== "MANIFEST_INVALID") return error;
  const reason = error.message.replace(/^manifest invalid: /, "");
  const constraint = `Invalid parameter at 'ImageManifest' failed to satisfy constraint: '${reason}'`;
  return new RegistryError("UNSUPPORTED", constraint);
}
