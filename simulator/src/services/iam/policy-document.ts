import { errorWith } from "../../kit/errors.ts";

/** A role's trust policy has principals, a permissions policy resources, and a resource's own policy both. */
type PolicyKind = "trust" | "permissions" | "resource";

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Principal?: unknown;
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Condition?: unknown;
}

const members = new Set(["Version", "Id", "Statement"]);
const statementMembers = new Set([
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Principal",
  "NotPrincipal",
  "Condition",
]);

/** Source: "Grammar of the IAM JSON policy language", IAM user guide. Throws MalformedPolicyDocumentException. */
export function parsePolicyDocument(text: string, kind: PolicyKind): readonly Statement[] {
  const document = parseJson(text);
  refuseUnknown(document, members, "the policy");
  const { Version = "2008-10-17", Statement: statement } = document;
  if (Version !== "2012-10-17" && Version !== "2008-10-17")
    throw malformed(`Syntax errors in policy. Version must be 2012-10-17 or 2008-10-17, not ${Version}.`);
  const statements = Array.isArray(statement) ? statement : [statement];
  if (statement === undefined || statements.length === 0)
    throw malformed("Syntax errors in policy. Statement is missing.");
  for (const [index, each] of statements.entries()) checkStatement(each, kind, `Statement[${index}]`);
  return statements as Statement[];
}

function checkStatement(statement: unknown, kind: PolicyKind, place: string): void {
  if (!isRecord(statement)) throw malformed(`Syntax errors in policy. ${place} must be an object.`);
  refuseUnknown(statement, statementMembers, place);
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny")
    throw malformed(`Syntax errors in policy. ${place}.Effect must be Allow or Deny.`);
  const actions = stringsOf(statement.Action ?? statement.NotAction);
  if (!actions) throw malformed(`Policy statement must contain actions. See ${place}.`);
  const vendorless = actions.find((action) => action !== "*" && !/^[\w-]+:[\w*?]+$/.test(action));
  if (vendorless !== undefined)
    throw malformed(
      `Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. '${vendorless}' in ${place} is not.`,
    );
  if (statement.Condition !== undefined && !isRecord(statement.Condition))
    throw malformed(`Syntax errors in policy. ${place}.Condition must be an object.`);
  if (kind !== "permissions") checkPrincipals(statement, place);
  else if (statement.Principal !== undefined || statement.NotPrincipal !== undefined)
    throw malformed(`Policy document should not specify a principal. See ${place}.`);
  if (kind !== "trust") checkResources(statement, place);
  else if (statement.Resource !== undefined || statement.NotResource !== undefined)
    throw malformed(`Has prohibited field Resource in ${place}.`);
}

function checkPrincipals(statement: Record<string, unknown>, place: string): void {
  const { Principal, NotPrincipal } = statement;
  if (NotPrincipal !== undefined) throw malformed(`Has prohibited field NotPrincipal in ${place}.`);
  const known = isRecord(Principal) && Object.keys(Principal).length > 0;
  if (Principal !== "*" && !known) throw malformed(`Missing required field Principal in ${place}.`);
  for (const [type, value] of Object.entries(isRecord(Principal) ? Principal : {}))
    if (!["AWS", "Service", "Federated", "CanonicalUser"].includes(type) || !stringsOf(value))
      throw malformed(`Invalid principal in policy: "${type}" in ${place}.`);
}

function checkResources(statement: Record<string, unknown>, place: string): void {
  const resources = stringsOf(statement.Resource ?? statement.NotResource);
  if (!resources) throw malformed(`Policy statement must contain resources. See ${place}.`);
  const wrong = resources.find((resource) => resource !== "*" && !/^arn:[^:]+:.+/.test(resource));
  if (wrong !== undefined) throw malformed(`Resource ${wrong} must be in ARN format or "*". See ${place}.`);
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed("This policy contains invalid Json");
  }
  if (!isRecord(value)) throw malformed("Syntax errors in policy. The document must be a JSON object.");
  return value;
}

function refuseUnknown(record: Record<string, unknown>, known: ReadonlySet<string>, place: string): void {
  const unknown = Object.keys(record).find((key) => !known.has(key));
  if (unknown !== undefined)
    throw malformed(`Syntax errors in policy. ${place} has the unknown element ${unknown}.`);
}

function stringsOf(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((item) => typeof item === "string" && item !== "") ? list : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const malformed = errorWith("MalformedPolicyDocumentException");
