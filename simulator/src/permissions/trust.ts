import { compileWildcard } from "../kit/wildcard.ts";
import { type ConditionKeys, evaluateCondition } from "../services/iam/conditions.ts";
import { parsePolicyDocument } from "../services/iam/policy-document.ts";
import type { RolePolicies, ServiceDecision } from "./permissions.ts";

/** Returns why a service may not assume a role; undefined if it may. */
export function trustOf(
  role: RolePolicies,
  service: string,
  keys: ConditionKeys,
): ServiceDecision | undefined {
  const concerned = parsePolicyDocument(role.trustPolicy, "trust").filter(
    ({ Action, NotAction, Principal }) => {
      const named = [(Principal as { Service?: string | string[] }).Service ?? []].flat();
      const covers = [Action ?? NotAction ?? []]
        .flat()
        .some((pattern) => compileWildcard(pattern, { ignoreCase: true })("sts:AssumeRole"));
      return covers === (Action !== undefined) && (Principal === "*" || named.includes(service));
    },
  );
  const verdicts = concerned.map(({ Effect, Condition }) => ({
    Effect,
    ...evaluateCondition(Condition, keys),
  }));
  const has = (effect: string, holds: boolean | undefined) =>
    verdicts.find((each) => each.Effect === effect && each.holds === holds);
  if (has("Deny", true)) return { outcome: "not trusted" };
  const unclear = has("Deny", undefined) ?? (has("Allow", true) ? undefined : has("Allow", undefined));
  if (unclear)
    return { outcome: "not checked", part: `${unclear.notChecked[0]} in the trust policy of ${role.arn}` };
  return has("Allow", true) ? undefined : { outcome: "not trusted" };
}
