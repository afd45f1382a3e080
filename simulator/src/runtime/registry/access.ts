import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { basicCredentials } from "../authorization.ts";
import { RegistryError } from "./registry.ts";

/** The action of a request; without a repository for the check whether this is a registry (`/v2/`). */
export interface Wanted {
  readonly repository: string | undefined;
  readonly action: Action;
  /** Part of the API, such as `manifests`. */
  readonly resource?: string | undefined;
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
export function ecrAccess(tokens: Tokens, host: () => string, refusalOf: RefusalOf): Access {
  return {
    refusal(request, wanted) {
      const [user, password] = basicCredentials(request.headers.authorization);
      const token = user === "AWS" ? password : signatureOf(request);
      const { state, owner } = tokens.check(token, new Date());
      if (state === "valid") {
        const action = actionOf(request.method ?? "GET", wanted);
        const { repository } = wanted;
        const denial = owner && action && repository && refusalOf(owner, `ecr:${action}`, repository);
        if (denial) throw new RegistryError("DENIED", denial);
        return undefined;
      }
      if (state === "expired") throw expired();
      return {
        challenge: `Basic realm="http://${host()}/",service="ecr.amazonaws.com"`,
        text: "Not Authorized\n",
      };
    },
  };
}

/** Returns AWS's message about an action that the owner of a token may not do in a repository. */
export type RefusalOf = (ownerArn: string, action: string, repository: string) => string | undefined;

/**
 * Permissions by request. Sources: "IAM permissions for pushing an image", ECR user guide; the operations of the same
 * names.
 */
const actions: Readonly<Record<string, string>> = {
  "GET manifests": "BatchGetImage",
  "HEAD manifests": "BatchGetImage",
  "PUT manifests": "PutImage",
  "DELETE manifests": "BatchDeleteImage",
  "GET blobs": "GetDownloadUrlForLayer",
  "HEAD blobs": "BatchCheckLayerAvailability",
  "POST uploads": "InitiateLayerUpload",
  "PATCH uploads": "UploadLayerPart",
  "PUT uploads": "CompleteLayerUpload",
  "GET tags": "ListImages",
};

const actionOf = (method: string, { resource }: Wanted) => actions[`${method} ${resource}`];

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
  /** @param owner ARN of the caller who asked for the token */
  issue(expiresAt: Date, grants?: readonly Grant[], owner?: string): string;
  /** Returns the state, grants and owner of a token at `now`. */
  check(token: string | undefined, now: Date): CheckedToken;
}

interface CheckedToken {
  readonly state: TokenState;
  readonly grants: readonly Grant[];
  readonly owner?: string | undefined;
}

/** Tokens contain their own expiry and grants, signed, so none is stored. */
export function createTokens(): Tokens {
  const secret = randomBytes(32);
  const sign = (claims: string) => createHmac("sha256", secret).update(claims).digest();

  return {
    issue(expiresAt, grants = [], owner) {
      const text = JSON.stringify({ expiration: expiresAt.getTime(), grants, owner });
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
      const { expiration, grants, owner } = JSON.parse(Buffer.from(claims, "base64url").toString());
      return { state: expiration > now.getTime() ? "valid" : "expired", grants, owner };
    },
  };
}
