import { findPlaceholders } from "./placeholders.ts";

/** The parts of an Amazon Resource Name; `resource` may hold colons. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** Undefined for what is no ARN (AWS General Reference, "Amazon Resource Names"). */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:(aws[\w-]*):([\w-]+):([\w-]*):(\d{12}|aws)?:(.+)$/.exec(text);
  if (!match) return undefined;
  const [, partition = "", service = "", region = "", account = "", resource = ""] = match;
  return { partition, service, region, account, resource };
}

/** A role may be named without its ARN; then it is one of the account. A placeholder is looked for elsewhere. */
export function roleFault(role: string, key: string): { text: string; mend: string } | undefined {
  if (findPlaceholders(role).length > 0) return undefined;
  const mend = "write arn:aws:iam::<account>:role/<name> there";
  if (!role.startsWith("arn:"))
    return /^[\w+=,.@/-]+$/.test(role) ? undefined : { text: `${key} is no role's name: ${role}`, mend };
  const arn = parseArn(role);
  // IAM API reference, Role: path and name.
  if (arn?.service === "iam" && arn.region === "" && /^role\/[\w+=,.@/-]+$/.test(arn.resource) && arn.account)
    return undefined;
  return { text: `${key} is no role's ARN: ${role}`, mend };
}
