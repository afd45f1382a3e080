import type { Action, Rule, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { contains } from "../../ecs/network/addresses.ts";
import { Unreadable } from "./outcome.ts";

/** A visit by a browser that follows a link or sends a form, without a query. */
export interface Visit {
  readonly path: string;
  /** Default: GET. */
  readonly method?: "POST";
  readonly source?: string | undefined;
  readonly host?: string;
}

/**
 * Returns the rule that a listener applies to a visit: the first one, of rules in the order of their priority, whose
 * conditions all hold. The default rule has no conditions. Source: Elastic Load Balancing user guide, "Listener rules".
 */
export function ruleFor(rules: readonly Rule[], visit: Visit): Rule | undefined {
  return rules.find(({ Conditions = [] }) => Conditions.every((condition) => holds(condition, visit)));
}

/**
 * One value is enough. Paths are case-sensitive; hosts are not. A condition on a header or a query is for other visits.
 * Source: user guide, "Condition types for listener rules".
 */
function holds(condition: RuleCondition, visit: Visit): boolean {
  const { path, method = "GET", source = "", host = "" } = visit;
  const { Field, PathPatternConfig, HostHeaderConfig, HttpHeaderConfig, Values = [] } = condition;
  if ([PathPatternConfig, HostHeaderConfig, HttpHeaderConfig].some((config) => config?.RegexValues?.length))
    throw new Unreadable("a rule has a regular expression, which this check does not evaluate");
  switch (Field) {
    case "path-pattern":
      return (PathPatternConfig?.Values ?? Values).some((value) => fits(value, path));
    case "host-header":
      return (HostHeaderConfig?.Values ?? Values).some((value) =>
        fits(value.toLowerCase(), host.toLowerCase()),
      );
    case "http-request-method":
      return condition.HttpRequestMethodConfig?.Values?.includes(method) ?? false;
    case "source-ip":
      return condition.SourceIpConfig?.Values?.some((range) => contains(range, source)) ?? false;
    default:
      return false;
  }
}

/** `*` fits any run of characters, `?` exactly one, as in listener rules and in IAM. Backtracks to the last `*` only. */
export function fits(pattern: string, text: string): boolean {
  let [token, at, star, from] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[token] === "*") {
      star = token++;
      from = at;
    } else if (pattern[token] === "?" || pattern[token] === text[at]) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++from;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(token));
}

/** The address ranges of a rule; the API has them in SourceIpConfig, never in Values. */
export function rangesOf({ Conditions = [] }: Rule): string[] {
  return Conditions.filter(({ Field }) => Field === "source-ip").flatMap(
    ({ SourceIpConfig }) => SourceIpConfig?.Values ?? [],
  );
}

/** Public addresses all over the internet: a rule for chosen visitors contains none. */
export const strangers = ["9.9.9.9", "45.33.0.1", "88.80.0.1", "130.59.0.1", "185.1.0.1", "212.7.0.1"];

/** Returns an address of each kind of visitors whom rules tell apart, the chosen ones first. */
export function visitorsOf(rules: readonly Rule[]): string[] {
  return [...rules.flatMap(rangesOf).map((range) => range.split("/")[0] ?? ""), ...strangers];
}

/** Returns target groups that get traffic, with their share in per cent, the largest first. */
export function sharesOf(actions: readonly Action[] = []): { arn: string; percent: number }[] {
  const { TargetGroupArn, ForwardConfig } = actions.find(({ Type }) => Type === "forward") ?? {};
  const groups = ForwardConfig?.TargetGroups ?? [{ TargetGroupArn, Weight: 1 }];
  const weightOf = ({ Weight = 1 }) => (groups.length === 1 ? 1 : Weight);
  const all = groups.reduce((sum, group) => sum + weightOf(group), 0);
  return groups
    .filter((group) => group.TargetGroupArn !== undefined && weightOf(group) > 0)
    .map((group) => ({
      arn: group.TargetGroupArn ?? "",
      percent: Math.round((100 * weightOf(group)) / all),
    }))
    .sort((one, other) => other.percent - one.percent);
}
