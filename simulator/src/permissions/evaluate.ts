import { compileWildcard, type Matches } from "../kit/wildcard.ts";
import { type ConditionKeys, evaluateCondition, fillVariables } from "../services/iam/conditions.ts";
import type { Statement } from "../services/iam/policy-document.ts";
import { noIdentityPolicy } from "./denied-message.ts";
import { type AccessRequest, type Requester, unknownPart } from "./permissions.ts";

/** Policies that apply to one request within one account. */
export interface Policies {
  /** Inline and managed policies of the caller. */
  readonly identity: readonly CompiledStatement[];
  readonly boundary?: readonly CompiledStatement[] | undefined;
  /** Policy of the resource itself. */
  readonly resource?: readonly CompiledStatement[] | undefined;
}

export type Evaluation =
  | { readonly outcome: "allowed" }
  /** `because` continues AWS's sentence after the resource. */
  | { readonly outcome: "denied"; readonly because: string }
  | { readonly outcome: "not checked"; readonly part: string };

/** Whether a part of a statement applies; a text names what is not known here. */
type Match = boolean | string;

type ResourceMatch = (request: AccessRequest, keys: ConditionKeys) => Match;

/** A statement of a policy, with its patterns compiled. */
export interface CompiledStatement {
  readonly effect: Statement["Effect"];
  readonly action: Matches;
  readonly resource: ResourceMatch;
  readonly grantee: (requester: Requester) => Grantee;
  readonly condition: unknown;
}

/** Whom a policy of a resource names: others, the caller's account, its role, or the very caller. */
type Grantee = "others" | "account" | "role" | "caller";

const compiled = new Map<string, readonly CompiledStatement[]>();
const mostCompiled = 1000;

/** Compiles a policy document that has been checked; the same text is compiled once. */
export function compilePolicy(text: string): readonly CompiledStatement[] {
  const known = compiled.get(text);
  if (known) return known;
  const policy = JSON.parse(text) as { Version?: string; Statement: Statement | Statement[] };
  // In earlier versions, the text of a variable is literal.
  const literal = () => JSON.parse(text.replaceAll("$", () => `\${$}`)) as typeof policy;
  const { Statement } = policy.Version === "2012-10-17" ? policy : literal();
  const statements = [Statement].flat().map(compileStatement);
  if (compiled.size >= mostCompiled) compiled.clear();
  compiled.set(text, statements);
  return statements;
}

function compileStatement(statement: Statement): CompiledStatement {
  const { Effect, Action, NotAction, Resource, NotResource, Principal, Condition } = statement;
  const actions = compileAny([Action ?? NotAction ?? []].flat());
  const resources = [Resource ?? NotResource ?? "*"].flat().map(compileResource);
  const isResource: ResourceMatch = (request, keys) =>
    anyOf(resources.map((matches) => matches(request, keys)));
  const matchResource: ResourceMatch = (request, keys) =>
    NotResource === undefined ? isResource(request, keys) : negate(isResource(request, keys));
  const excludes = "NotPrincipal" in statement;
  return {
    effect: Effect,
    action: Action === undefined ? (text) => !actions(text) : actions,
    resource: (request, keys) =>
      allOf([matchResource(request, keys), excludes ? "the element NotPrincipal" : true]),
    grantee: (requester) => (excludes ? "caller" : granteeOf(Principal, requester)),
    condition: Condition,
  };
}

/** Names of actions are compared without case. They are few, so that the result for each is kept. */
function compileAny(patterns: readonly string[]): Matches {
  const matchers = patterns.map((pattern) => compileWildcard(pattern, { ignoreCase: true }));
  const known = new Map<string, boolean>();
  return (action) => {
    const found = known.get(action) ?? matchers.some((matches) => matches(action));
    known.set(action, found);
    return found;
  };
}

function compileResource(pattern: string): ResourceMatch {
  if (!pattern.includes("${")) return compilePattern(pattern);
  return (request, keys) => {
    const filled = fillVariables(pattern, keys);
    if (!filled?.isKnown) return filled?.text ?? false;
    return compilePattern(filled.text)(request);
  };
}

function compilePattern(pattern: string): (request: AccessRequest) => Match {
  const matches = compileWildcard(pattern);
  const start = pattern.split(/[*?]/)[0] ?? "";
  return ({ action, resource }) => {
    if (matches(resource)) return true;
    const known = resource.split(unknownPart)[0] ?? "";
    if (known === resource) return false;
    const compatible = known.startsWith(start) || start.startsWith(known);
    return compatible && `the resource of ${action}`;
  };
}

/** Source: "AWS JSON policy elements: Principal", IAM user guide. An account's own policies decide for its members. */
function granteeOf(principal: unknown, { arn, accountId, roleArn }: Requester): Grantee {
  if (principal === "*") return "role";
  const account = `arn:aws:iam::${accountId}:root`;
  const named = [(principal as { AWS?: string | string[] } | undefined)?.AWS ?? []]
    .flat()
    .map((each) => (each === accountId ? account : each));
  if (named.includes(arn)) return "caller";
  if (named.includes("*") || (roleArn !== undefined && named.includes(roleArn))) return "role";
  return named.includes(account) ? "account" : "others";
}

/** Returns true for a certain match, else what is not known, else false. */
function anyOf(matches: readonly Match[]): Match {
  return matches.includes(true) || (matches.find((match) => typeof match === "string") ?? false);
}

const negate = (match: Match): Match => (typeof match === "boolean" ? !match : match);

/**
 * Decides a request of a caller to a resource in its own account. Source: "Policy evaluation logic", IAM user guide. An
 * element without a known value makes the decision "not checked" only if it depends on that element.
 */
export function evaluate(policies: Policies, request: AccessRequest, requester: Requester): Evaluation {
  const keys: ConditionKeys = (key) => request.keys?.(key) ?? requester.keys(key);
  const applies = (statements: readonly CompiledStatement[] = [], effect: Statement["Effect"]): Match =>
    anyOf(statements.map((each) => each.effect === effect && matchOf(each, request, keys)));
  const { identity, boundary, resource = [] } = policies;
  const naming = (...grantees: Grantee[]) =>
    resource.filter((each) => grantees.includes(each.grantee(requester)));
  const denials = [
    ["an identity-based policy", applies(identity, "Deny")],
    ["a resource-based policy", applies(naming("caller", "role", "account"), "Deny")],
    ["a permissions boundary", applies(boundary, "Deny")],
  ] as const;
  const explicit = denials.find(([, match]) => match === true);
  if (explicit) return { outcome: "denied", because: `with an explicit deny in ${explicit[0]}` };

  const bounded = boundary ? applies(boundary, "Allow") : true;
  const granted = anyOf([applies(identity, "Allow"), applies(naming("role"), "Allow")]);
  // A grant to the very session or user needs nothing else; all others are limited by the boundary.
  const allowed = anyOf([applies(naming("caller"), "Allow"), allOf([granted, bounded])]);
  if (allowed === false) return { outcome: "denied", because: implicit(request.action, bounded) };
  const undecided = [allowed, ...denials.map(([, match]) => match)].find(
    (match) => typeof match === "string",
  );
  return typeof undecided === "string" ? { outcome: "not checked", part: undecided } : { outcome: "allowed" };
}

function implicit(action: string, bounded: Match): string {
  const noBoundary = `because no permissions boundary allows the ${action} action`;
  return bounded === false ? noBoundary : noIdentityPolicy(action);
}

function allOf(matches: readonly Match[]): Match {
  return !matches.includes(false) && (matches.find((match) => typeof match === "string") ?? true);
}

function matchOf(statement: CompiledStatement, request: AccessRequest, keys: ConditionKeys): Match {
  if (!statement.action(request.action)) return false;
  const resource = statement.resource(request, keys);
  if (resource === false || statement.condition === undefined) return resource;
  const { holds, notChecked } = evaluateCondition(statement.condition, keys);
  return allOf([resource, holds ?? notChecked[0] ?? "a condition"]);
}
