import { randomBytes } from "node:crypto";
import type { Role } from "@aws-sdk/client-iam";
import type { Tag } from "@aws-sdk/client-sts";
import type { AccessKey } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import { newId } from "../iam/state.ts";
import { findRole } from "./trust.ts";

/** Default seconds of a role's session. Source: AssumeRole, STS API reference. */
export const defaultDuration = 3600;

/** Temporary keys of a role's session. */
export interface Session extends AccessKey {
  readonly sessionToken: string;
  readonly expiration: Date;
  readonly arn: string;
  /** `AROA…:session-name`. */
  readonly userId: string;
}

/** Opens a session, whose keys sign from now on. Expired keys are kept until then. */
export function openSession(
  { accessKeys, accountId, clock }: Pick<Environment, "accessKeys" | "accountId" | "clock">,
  role: Role,
  name: string,
  { seconds, tags }: { readonly seconds: number; readonly tags: readonly Tag[] },
): Session {
  const now = clock.now();
  for (const [id, { userId, expiration = now }] of accessKeys)
    if (userId !== undefined && expiration < now) accessKeys.delete(id);
  const session = {
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.RoleName}/${name}`,
    userId: `${role.RoleId}:${name}`,
    expiration: new Date(now.getTime() + seconds * 1000),
    // Temporary keys begin with ASIA and are 20 characters long (IAM user guide, "Unique identifiers").
    accessKeyId: newId("ASIA").slice(0, 20),
    secretAccessKey: randomBytes(30).toString("base64"),
    sessionToken: randomBytes(96).toString("base64"),
    tags: new Map(tags.map(({ Key = "", Value = "" }) => [Key, Value])),
  };
  accessKeys.set(session.accessKeyId, session);
  return session;
}

/** Seconds of the sessions that AWS opens for a task or a function, and when it replaces them. */
const renewedDuration = 6 * 3600;
const renewalMs = 15 * 60_000;

/**
 * Returns how a program of a service gets the keys of its role: the same ones until they are about to expire. Undefined
 * if the role does not exist.
 */
export async function sessionsOf(
  environment: Pick<Environment, "accessKeys" | "accountId" | "clock" | "aws">,
  roleArn: string,
  name: string,
): Promise<(() => Session) | undefined> {
  const role = await findRole(environment.aws, roleArn).catch(() => undefined);
  if (!role) return undefined;
  let session: Session | undefined;
  return () => {
    const renewsAt = (session?.expiration.getTime() ?? 0) - renewalMs;
    if (!session || renewsAt < environment.clock.now().getTime())
      session = openSession(environment, role, name, { seconds: renewedDuration, tags: [] });
    return session;
  };
}
