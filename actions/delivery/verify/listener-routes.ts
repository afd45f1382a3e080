import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  type Listener,
  type Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Finding } from "../../core/findings.ts";
import { tryLookUp } from "../../core/findings.ts";
import type { Checking } from "./checking.ts";

/** A forwarding rule of a listener; the default one is the listener's default action. */
export interface Route {
  readonly ruleArn: string;
  readonly isDefault: boolean;
  /** Such as "path-pattern /admin/*", or "default". */
  readonly condition: string;
  /** Target group ARN → weight. */
  readonly weights: ReadonlyMap<string, number>;
}

export interface ListenerRoutes {
  readonly listener: Listener;
  /** Such as "HTTP:80". */
  readonly name: string;
  readonly routes: readonly Route[];
}

/** Finds a listener and its routes. `use` is "production" or "test". */
export async function findListener(
  checking: Checking,
  arn: string,
  use: string,
  usedBy: string,
): Promise<{ value?: ListenerRoutes; findings: Finding[] }> {
  const elbv2 = await checking.clients.elbv2();
  const missing = {
    text: `${use} listener ${arn}, used by ${usedBy}, does not exist`,
    fix: `create it again and correct ${usedBy}`,
  };
  const known = { ListenerNotFoundException: missing };
  const [listeners, rules] = await Promise.all([
    tryLookUp(
      checking,
      `${use} listener ${arn}`,
      (options) => elbv2.send(new DescribeListenersCommand({ ListenerArns: [arn] }), options),
      known,
    ),
    tryLookUp(checking, `the rules of ${use} listener ${arn}`, (options) => allRules(arn, options), {
      ListenerNotFoundException: { ...missing, kind: "note" },
    }),
  ]);
  const listener = listeners.value?.Listeners?.[0];
  const findings = [...listeners.findings, ...rules.findings.filter(({ kind }) => kind !== "note")];
  if (!listener || !rules.value) return { findings };
  const name = `${listener.Protocol}:${listener.Port}`;
  return { value: { listener, name, routes: rules.value.flatMap(routeOf) }, findings };

  async function allRules(ListenerArn: string, options: { abortSignal: AbortSignal }): Promise<Rule[]> {
    const all: Rule[] = [];
    for (let Marker: string | undefined, more = true; more; more = Marker !== undefined) {
      const page = await elbv2.send(new DescribeRulesCommand({ ListenerArn, Marker }), options);
      all.push(...(page.Rules ?? []));
      Marker = page.NextMarker;
    }
    return all;
  }
}

/** Returns the route of a forwarding rule; undefined for any other rule. */
export function routeOf({ RuleArn = "", IsDefault = false, Actions = [], Conditions = [] }: Rule): Route[] {
  const weights = new Map(
    Actions.filter(({ Type }) => Type === "forward").flatMap(({ TargetGroupArn, ForwardConfig }) =>
      (ForwardConfig?.TargetGroups ?? [{ TargetGroupArn, Weight: 1 }]).map(
        (group) => [group.TargetGroupArn ?? "", group.Weight ?? 1] as const,
      ),
    ),
  );
  if (weights.size === 0) return [];
  const condition = IsDefault
    ? "default"
    : Conditions.map(({ Field, Values, ...config }) => `${Field} ${valuesOf(config, Values).join(" or ")}`);
  return [{ ruleArn: RuleArn, isDefault: IsDefault, condition: String(condition), weights }];
}

function valuesOf(config: object, values: string[] | undefined): string[] {
  const inConfig = Object.values(config).flatMap((each: { Values?: string[] }) => each?.Values ?? []);
  return inConfig.length > 0 ? inConfig : (values ?? []);
}
