import { findPlaceholders } from "./placeholders.ts";

/** The parts of an Amazon Resource Name; `resource` may contain colons. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** Returns undefined for text that is not an ARN (AWS General Reference, "Amazon Resource Names"). */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:(aws[\w-]*):([\w-]+):([\w-]*):(\d{12}|aws)?:(.+)$/.exec(text);
  if (!match) return undefined;
  const [, partition = "", service = "", region = "", account = "", resource = ""] = match;
  return { partition, service, region, account, resource };
}

/** Returns the name at the end of an ARN, `web` of `…:service/shop/web`; a name alone stays as it is. */
export function lastSegment(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}

/** Returns `web-blue` for …:targetgroup/web-blue/73e2d6bc24d8a067, and the same for a load balancer's ARN. */
export function balancingName(arn: string): string {
  return arn.split("/").at(-2) ?? arn;
}

/**
 * Finds a fault in a role's name. A role may be given without its ARN; then it is one of the account. Another check
 * finds placeholders. `ownArn`: the ARN of anything in the account.
 */
export function roleFault(role: string, key: string, ownArn = ""): { text: string; fix: string } | undefined {
  if (findPlaceholders(role).length > 0) return undefined;
  const { partition = "aws", account = "<account>" } = parseArn(ownArn) ?? {};
  // An ARN that only lacks `role/`, or something before it, still shows the role's name.
  const name = /(?::|role\/(?:.*\/)?)([\w+=,.@-]+)$/.exec(role)?.[1] ?? "<name>";
  const fix = `write arn:${partition}:iam::${account}:role/${name}`;
  if (!role.startsWith("arn:"))
    return /^[\w+=,.@/-]+$/.test(role)
      ? undefined
      : { text: `${key} is not a valid role name: ${role}`, fix };
  const arn = parseArn(role);
  // IAM API reference, Role: path and name.
  if (arn?.service === "iam" && arn.region === "" && /^role\/[\w+=,.@/-]+$/.test(arn.resource) && arn.account)
    return undefined;
  return { text: `${key} is not a valid role ARN: ${role}`, fix };
}
