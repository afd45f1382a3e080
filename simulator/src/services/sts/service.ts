import { randomBytes } from "node:crypto";
import type { Role } from "@aws-sdk/client-iam";
import { type AccessKeys, studentArn } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations, Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { newId } from "../iam/state.ts";
import { findProvider, keysOf, readToken } from "./identity-token.ts";
import { findTrustingRole } from "./trust.ts";

export const sts: Definition<"sts"> = {
  create: createSts,
  client: "sts",
  wires: [
    { protocol: "awsQuery", route: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
  ],
  isGlobal: true,
};

/** Source of the responses' shape: STS API reference 2011-06-15. */
function createSts(environment: Environment): Service<"sts"> {
  const { accountId, accessKeys, clock } = environment;
  const sessions = createSessions(() => clock.now(), accessKeys);

  /** A key without a session is the student's own. */
  const identityOf = (accessKeyId: string) => {
    const session = sessions.find(accessKeyId);
    if (!session)
      return {
        UserId: "AIDASIMULATEDSTUDENT",
        Account: accountId,
        Arn: studentArn(accountId),
      };
    if (session.expiration < clock.now())
      throw new AwsError(
        "ExpiredTokenException",
        "The security token included in the request is expired",
        403,
      );
    return { UserId: session.userId, Account: accountId, Arn: session.arn };
  };
  return {
    operations: {
      getCallerIdentity: (_input, { accessKeyId }) => identityOf(accessKeyId),
      ...assumeRoleOperations(environment, sessions, identityOf),
    },
  };
}

/** Default and minimum duration in seconds of a role's session. Source: AssumeRole, STS API reference. */
const defaultDuration = 3600;
const shortestDuration = 900;

function assumeRoleOperations(
  { accountId, aws, clock, identityKeys, warn }: Environment,
  sessions: Sessions,
  identityOf: (accessKeyId: string) => { Arn: string },
): Operations<"sts"> {
  const open = (role: Role, name: string, seconds = defaultDuration) => {
    refuseBadRequest(role, name, seconds);
    const arn = `arn:aws:sts::${accountId}:assumed-role/${role.RoleName}/${name}`;
    const userId = `${role.RoleId}:${name}`;
    const session = sessions.open({ arn, userId }, new Date(clock.now().getTime() + seconds * 1000));
    return {
      AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
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
      const callerArn = identityOf(accessKeyId).Arn;
      const trusted = [accountId, `arn:aws:iam::${accountId}:root`, callerArn, "*"];
      const role = await findTrustingRole(aws, input.RoleArn ?? "", "sts:AssumeRole", (type, principal) =>
        type === "AWS" ? trusted.includes(principal) : false,
      );
      return open(role, input.RoleSessionName ?? "", input.DurationSeconds);
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
      const role = await findTrustingRole(
        aws,
        input.RoleArn ?? "",
        "sts:AssumeRoleWithWebIdentity",
        (type, principal) => type === "Federated" && principal === arn,
        { keys: keysOf(name, claims, input.RoleSessionName), warn },
      );
      return {
        ...open(role, input.RoleSessionName ?? "", input.DurationSeconds),
        SubjectFromWebIdentityToken: claims.sub,
        Audience: claims.aud[0],
        Provider: arn,
      };
    },
  };
}

function refuseBadRequest(
  { MaxSessionDuration = defaultDuration }: Role,
  name: string,
  seconds: number,
): void {
  if (!/^[\w+=,.@-]{2,64}$/.test(name))
    throw new AwsError(
      "ValidationError",
      `RoleSessionName '${name}' must be 2 to 64 letters, digits and _ + = , . @ -.`,
    );
  if (seconds < shortestDuration)
    throw new AwsError(
      "ValidationError",
      `DurationSeconds must be at least ${shortestDuration}, not ${seconds}.`,
    );
  if (seconds > MaxSessionDuration)
    throw new AwsError(
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
}

interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
  /** `AROA…:session-name`. */
  readonly userId: string;
  readonly arn: string;
}

interface Sessions {
  open(session: Pick<Session, "userId" | "arn">, expiration: Date): Session;
  /** By access key id; an expired session is kept until another one is opened. */
  find(accessKeyId: string): Session | undefined;
}

function createSessions(now: () => Date, accessKeys: AccessKeys): Sessions {
  const sessions = new Map<string, Session>();
  return {
    open: (identity, expiration) => {
      for (const [key, session] of sessions)
        if (session.expiration < now()) {
          sessions.delete(key);
          accessKeys.delete(key);
        }
      const session = {
        ...identity,
        expiration,
        // Temporary keys begin with ASIA and are 20 characters long (IAM user guide, "Unique identifiers").
        accessKeyId: newId("ASIA").slice(0, 20),
        secretAccessKey: randomBytes(30).toString("base64"),
        sessionToken: randomBytes(96).toString("base64"),
      };
      sessions.set(session.accessKeyId, session);
      accessKeys.set(session.accessKeyId, session);
      return session;
    },
    find: (accessKeyId) => sessions.get(accessKeyId),
  };
}
