import { lastPart } from "../kit/last-part.ts";
import type { ConditionKeys } from "../services/iam/conditions.ts";

export interface Principal {
  /** ARN of a user, or of a role's session. */
  readonly arn: string;
  readonly roleArn?: string | undefined;
  readonly accountId: string;
  readonly region: string;
  readonly tags?: ReadonlyMap<string, string> | undefined;
  /** The service through which the principal calls, such as `cloudformation.amazonaws.com`. */
  readonly via?: string | undefined;
  readonly now: () => Date;
}

/**
 * Returns the values of the condition keys of every request. The caller's address, network and organization are not
 * those of the rehearsal, so their keys have no known value. Source: "AWS global condition context keys", IAM user guide.
 */
export function globalKeys(principal: Principal): ConditionKeys {
  const { arn, roleArn, accountId, region, tags, via, now } = principal;
  const known: Readonly<Record<string, () => readonly string[]>> = {
    "aws:principalarn": () => [roleArn ?? arn],
    "aws:principalaccount": () => [accountId],
    "aws:principaltype": () => [roleArn === undefined ? "User" : "AssumedRole"],
    "aws:username": () => (roleArn === undefined ? [lastPart(arn)] : []),
    "aws:principalisawsservice": () => ["false"],
    "aws:principalservicename": () => [],
    "aws:requestedregion": () => [region],
    "aws:resourceaccount": () => [accountId],
    "aws:securetransport": () => ["true"],
    "aws:currenttime": () => [now().toISOString()],
    "aws:epochtime": () => [String(Math.floor(now().getTime() / 1000))],
    "aws:multifactorauthpresent": () => (roleArn === undefined ? [] : ["false"]),
    "aws:multifactorauthage": () => [],
    "aws:viaawsservice": () => [String(via !== undefined)],
    "aws:calledvia": () => (via === undefined ? [] : [via]),
    "aws:calledviafirst": () => (via === undefined ? [] : [via]),
    "aws:calledvialast": () => (via === undefined ? [] : [via]),
    "aws:sourceaccount": () => [],
    "aws:sourcearn": () => [],
  };
  return (key) => {
    const name = key.toLowerCase();
    if (name.startsWith("aws:principaltag/")) {
      const tag = [...(tags ?? [])].find(
        ([each]) => each.toLowerCase() === name.slice("aws:principaltag/".length),
      );
      return tag ? [tag[1]] : [];
    }
    return Object.hasOwn(known, name) ? known[name]?.() : undefined;
  };
}
