import type { Role } from "@aws-sdk/client-iam";
import type { AssumeRoleRequest, Tag } from "@aws-sdk/client-sts";
import { studentArn } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import { refuseBroken } from "../../kit/constraints.ts";
import { AwsError } from "../../kit/errors.ts";
import { lastPart } from "../../kit/last-part.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { checkedTags, tagPairs } from "../../kit/tags.ts";
import type { Operations, Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { findProvider, keysOf, readToken } from "./identity-token.ts";
import { defaultDuration, openSession } from "./sessions.ts";
import { findAssumable, findRole, isTrusted, trustPolicyOf } from "./trust.ts";

export const sts: Definition<"sts"> = {
  create: createSts,
  client: "sts",
  wires: [
    { protocol: "awsQuery", route: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
  ],
  isGlobal: true,
  refuseBroken: (operation, input) => {
    if (operation.startsWith("AssumeRole")) refuseBadRequest(input);
  },
};

/** Source of the responses' shape: STS API reference 2011-06-15. */
function createSts(environment: Environment): Service<"sts"> {
  const { accountId, accessKeys, clock, permissions } = environment;
  // For the caller of AssumeRole, the trust policy is the policy of the resource.
  const { sources } = permissions;
  sources.resources.set("sts", (arn) => sources.role?.(lastPart(arn))?.trustPolicy);

  /** A key without a session is the student's own. */
  const identityOf = (accessKeyId: string) => {
    const { arn: Arn, userId: UserId, expiration } = accessKeys.get(accessKeyId) ?? {};
    if (!UserId || !Arn)
      return {
        UserId: "AIDASIMULATEDSTUDENT",
        Account: accountId,
        Arn: studentArn(accountId),
      };
    if (expiration && expiration < clock.now())
      throw new AwsError(
        "ExpiredTokenException",
        "The security token included in the request is expired",
        403,
      );
    return { UserId, Account: accountId, Arn };
  };
  return {
    operations: {
      getCallerIdentity: (_input, { accessKeyId }) => identityOf(accessKeyId),
      ...assumeRoleOperations(environment, identityOf),
    },
  };
}

/** Seconds of a role's session. Source: AssumeRole, STS API reference. */
const shortestDuration = 900;
const longestDuration = 43_200;

function assumeRoleOperations(
  environment: Environment,
  identityOf: (accessKeyId: string) => { Arn: string },
): Operations<"sts"> {
  const { accountId, aws, clock, identityKeys, warn } = environment;
  const open = (role: Role, name: string, seconds = defaultDuration, tags: Tag[] = []) => {
    // STS checks this after authorization, since it needs the role.
    if (seconds > (role.MaxSessionDuration ?? defaultDuration))
      throw new AwsError(
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
      );
    const session = openSession(environment, role, name, { seconds, tags });
    return {
      AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        SessionToken: session.sessionToken,
        Expiration: session.expiration,
      },
    };
  };
  return {
    assumeRole: async (input, { accessKeyId }) => {
      refuseUnsupported("ValidationError", "AssumeRole", input, [
        "RoleArn RoleSessionName DurationSeconds ExternalId Tags TransitiveTagKeys",
      ]);
      const role = await findAssumable(environment, identityOf(accessKeyId).Arn, input);
      return open(role, input.RoleSessionName ?? "", input.DurationSeconds, input.Tags);
    },
    assumeRoleWithWebIdentity: async (input) => {
      refuseUnsupported("ValidationError", "AssumeRoleWithWebIdentity", input, [
        "RoleArn RoleSessionName WebIdentityToken DurationSeconds",
      ]);
      const { claims, verify } = readToken(input.WebIdentityToken ?? "");
      const { name, arn, clientIds } = await findProvider(aws, accountId, claims.iss);
      if (!identityKeys[claims.iss])
        warn(`The simulator has no public keys of ${claims.iss}. Fix: set SIMULATOR_IDENTITY_KEYS`);
      verify(identityKeys[claims.iss], clientIds, clock.now());
      const denied = new AwsError(
        "AccessDenied",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        403,
      );
      const role = await findRole(aws, input.RoleArn ?? "");
      if (!role) throw denied;
      const trusted = isTrusted(trustPolicyOf(role), {
        action: "sts:AssumeRoleWithWebIdentity",
        isNamed: (type, principal) => type === "Federated" && principal === arn,
        keys: keysOf(name, claims, input.RoleSessionName),
      });
      if (typeof trusted === "string")
        warn(
          `not checked: ${trusted}, in the trust policy of ${input.RoleArn}. AWS may have no such key, so the role is not assumed. Fix: use keys of "Available keys for AWS OIDC federation", IAM user guide.`,
        );
      if (trusted !== true) throw denied;
      return {
        ...open(role, input.RoleSessionName ?? "", input.DurationSeconds),
        SubjectFromWebIdentityToken: claims.sub,
        Audience: claims.aud[0],
        Provider: arn,
      };
    },
  };
}

/** Source: AssumeRole, STS API reference, and "Rules for tagging in IAM and AWS STS", IAM user guide. */
function refuseBadRequest({ RoleSessionName, DurationSeconds, Tags = [] }: Partial<AssumeRoleRequest>): void {
  refuseBroken("ValidationError", [
    ["roleSessionName", RoleSessionName ?? "", { pattern: "[\\w+=,.@-]*", length: [2, 64] }],
    ["durationSeconds", DurationSeconds, { range: [shortestDuration, longestDuration] }],
  ]);
  checkedTags(tagPairs.read(Tags), { tooMany: "ValidationError", system: "ValidationError" });
}
