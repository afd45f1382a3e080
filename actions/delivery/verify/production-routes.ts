import type { Finding } from "../../shared/findings.ts";
import type { ListenerRoutes, Route } from "./listener-routes.ts";
import { nameOf } from "./target-groups.ts";

/**
 * Foresees CodeDeploy's "Primary taskset target group must be behind listener …". CodeDeploy reads the production group
 * of the pair from the listener, and the primary task set's group from the service; both must be the same.
 */
export function checkProductionRoutes(
  { listener, name, routes }: ListenerRoutes,
  primary: string,
  pair: readonly string[],
): Finding[] {
  const other = pair.find((arn) => arn !== primary) ?? "";
  const behind = routes.filter(({ weights }) => weights.has(primary));
  const astray = routes.filter(
    ({ weights }) => (weights.get(other) ?? 0) > 0 && !(weights.get(primary) ?? 0),
  );
  const listenerArn = listener.ListenerArn ?? "";
  const fixes = astray.map((route) => commandFor(route, listenerArn, primary));
  if (behind.length > 0)
    return astray.map((route, index) => ({
      text: `The production listener ${name} (${route.condition}) forwards to ${nameOf(other)}, while the service's primary task set is behind ${nameOf(primary)}: visitors reach no tasks there`,
      fix: fixes[index] ?? "",
      kind: "advice",
    }));
  const now = routes.flatMap(({ weights, condition }) =>
    [...weights.keys()].map((arn) => `${nameOf(arn)} (${condition})`),
  );
  return [
    {
      text: `the production listener ${name} forwards to ${now.join(", ") || "no target group"}, but the service's primary task set is behind ${nameOf(primary)}: CodeDeploy would end with "Primary taskset target group must be behind listener"`,
      fix: fixes.join(" and ") || ruleFor(listenerArn, primary),
    },
  ];
}

function commandFor({ isDefault, ruleArn }: Route, listenerArn: string, primary: string): string {
  const action = `Type=forward,TargetGroupArn=${primary}`;
  return isDefault
    ? `aws elbv2 modify-listener --listener-arn ${listenerArn} --default-actions ${action}`
    : `aws elbv2 modify-rule --rule-arn ${ruleArn} --actions ${action}`;
}

/** Only its owner knows which requests are for this service. */
function ruleFor(listenerArn: string, primary: string): string {
  return `add a rule for the service's requests: aws elbv2 create-rule --listener-arn ${listenerArn} --priority <number> --conditions Field=path-pattern,Values=<path> --actions Type=forward,TargetGroupArn=${primary}`;
}
