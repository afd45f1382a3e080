import type { Environment } from "../environment.ts";
import { lastPart } from "../kit/last-part.ts";
import type { Caller } from "../services/api.ts";
import { globalKeys } from "./global-keys.ts";
import type { Requester, RolePolicies } from "./permissions.ts";

type Options = Pick<Environment, "accountId" | "region" | "clock">;

/** The ARN of a role's session names the role. */
export function requesterOf(
  options: Options,
  {
    arn,
    via,
    roleArn: assumed,
    tags,
  }: Pick<Caller, "via" | "roleArn"> & Pick<Session, "tags"> & { arn: string },
  find: (name: string) => RolePolicies | undefined,
): Requester {
  const { accountId, region, clock } = options;
  const [, name, session] = /:assumed-role\/([^/]+)\/(.+)$/.exec(arn) ?? [];
  if (assumed !== undefined)
    return sessionOf(options, {
      roleArn: assumed,
      session: "AWSCloudFormation",
      role: find(lastPart(assumed)),
      via,
    });
  if (name === undefined || session === undefined)
    return { arn, accountId, keys: globalKeys({ arn, accountId, region, via, now: () => clock.now() }) };
  const role = find(name);
  const roleArn = role?.arn ?? `arn:aws:iam::${accountId}:role/${name}`;
  return sessionOf(options, { roleArn, session, role, via, tags });
}

interface Session {
  readonly roleArn: string;
  readonly session: string;
  readonly role: RolePolicies | undefined;
  readonly via?: string | undefined;
  /** Tags of the session, which override those of the role. */
  readonly tags?: ReadonlyMap<string, string> | undefined;
}

export function sessionOf(
  { accountId, region, clock }: Options,
  { roleArn, session, role, via, tags }: Session,
): Requester {
  const arn = `arn:aws:sts::${accountId}:assumed-role/${lastPart(roleArn)}/${session}`;
  const all = new Map([...(role?.tags ?? []), ...(tags ?? [])]);
  return {
    arn,
    accountId,
    roleArn,
    keys: globalKeys({ arn, roleArn, accountId, region, via, tags: all, now: () => clock.now() }),
  };
}
