import type { Service } from "@aws-sdk/client-ecs";
import {
  type Action,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type LoadBalancer,
  type RuleCondition,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { chunks } from "@ecs-delivery/actions/core/chunks";
import type { PageClients } from "../clients.ts";
import type { Reader } from "./reader.ts";
import { allPages } from "./services.ts";

export interface TargetGroupFacts {
  readonly arn: string;
  readonly name: string;
  readonly vpc: string | undefined;
  readonly loadBalancer: string | undefined;
  /** State of each target, by `address` and `address:port`. */
  readonly health: ReadonlyMap<string, string>;
}

/** One rule of a listener, with the weight of each target group that it forwards to. */
export interface ForwardFacts {
  readonly loadBalancer: string;
  readonly listener: string;
  /** `HTTP 80` */
  readonly port: string;
  readonly rule: string;
  /** Paths, hosts or addresses that it is for; empty for all. */
  readonly conditions: string;
  readonly weights: ReadonlyMap<string, number>;
}

export interface BalancingFacts {
  readonly balancers: readonly LoadBalancer[];
  readonly groups: ReadonlyMap<string, TargetGroupFacts>;
  readonly forwards: readonly ForwardFacts[];
  /** Target groups of the account that no service uses. */
  readonly others: readonly Pick<TargetGroupFacts, "arn" | "name" | "vpc">[];
}

export const noBalancing: BalancingFacts = {
  balancers: [],
  groups: new Map(),
  forwards: [],
  others: [],
};

type Balancer = PageClients["balancer"];

/** Target groups that a service uses now, or may shift to. */
export function targetGroupsOf(service: Service | undefined): string[] {
  const own = (service?.loadBalancers ?? []).flatMap(({ targetGroupArn, advancedConfiguration }) => [
    targetGroupArn,
    advancedConfiguration?.alternateTargetGroupArn,
  ]);
  const ofSets = (service?.taskSets ?? []).flatMap(({ loadBalancers = [] }) =>
    loadBalancers.map(({ targetGroupArn }) => targetGroupArn),
  );
  return [...new Set([...own, ...ofSets].filter((arn) => arn !== undefined))];
}

/** Reads all load balancers with the rules of their listeners, and the wanted target groups with their targets. */
export async function readBalancing(
  balancer: Balancer,
  reader: Reader,
  wanted: { readonly arns: readonly string[]; readonly names: readonly string[] },
  isWholeAccount: boolean,
): Promise<BalancingFacts> {
  const balancers = await reader.every(5_000, "load balancers", () =>
    allPages(async (Marker) => {
      const page = await reader.send(balancer, new DescribeLoadBalancersCommand({ Marker }));
      return { items: page.LoadBalancers ?? [], nextToken: page.NextMarker };
    }),
  );
  const groups = await reader.every(5_000, `groups ${JSON.stringify(wanted)}`, () =>
    readGroups(balancer, reader, wanted),
  );
  const own = new Set(groups.map(({ loadBalancer }) => loadBalancer));
  const { TargetGroups = [] } = isWholeAccount
    ? await reader.every(5_000, "all groups", () =>
        reader.send(balancer, new DescribeTargetGroupsCommand({})),
      )
    : {};
  // Others must not slow down the services, whose traffic may shift at any moment.
  const othersEveryMs = Math.min(30_000, 2_000 * balancers.length);
  const [healths, forwards] = await Promise.all([
    Promise.all(groups.map(({ arn }) => readHealth(balancer, reader, arn))),
    Promise.all(
      balancers.map(({ LoadBalancerArn: arn = "" }) =>
        reader.every(own.has(arn) ? 0 : othersEveryMs, `rules ${arn}`, () =>
          readForwards(balancer, reader, arn, othersEveryMs),
        ),
      ),
    ),
  ]);
  return {
    balancers,
    groups: new Map(
      groups.map((group, index) => [group.arn, { ...group, health: healths[index] ?? new Map() }]),
    ),
    forwards: forwards.flat(),
    others: TargetGroups.map(({ TargetGroupArn = "", TargetGroupName = "", VpcId }) => ({
      ...{ arn: TargetGroupArn, name: TargetGroupName, vpc: VpcId },
    })).filter(({ arn }) => !groups.some((group) => group.arn === arn)),
  };
}

async function readGroups(
  balancer: Balancer,
  reader: Reader,
  { arns, names }: { readonly arns: readonly string[]; readonly names: readonly string[] },
) {
  const requests = [
    ...chunks(arns, 20).map((some) => ({ TargetGroupArns: some })),
    ...chunks(names, 20).map((some) => ({ Names: some })),
  ];
  const pages = await Promise.all(
    requests.map((request) => reader.send(balancer, new DescribeTargetGroupsCommand(request))),
  );
  const found = pages.flatMap(({ TargetGroups = [] }) => TargetGroups);
  const groups = found.map((group) => ({
    arn: group.TargetGroupArn ?? "",
    name: group.TargetGroupName ?? "",
    vpc: group.VpcId,
    loadBalancer: group.LoadBalancerArns?.[0],
  }));
  return [...new Map(groups.map((group) => [group.arn, group])).values()];
}

async function readHealth(balancer: Balancer, reader: Reader, arn: string): Promise<Map<string, string>> {
  const command = new DescribeTargetHealthCommand({ TargetGroupArn: arn });
  const { TargetHealthDescriptions = [] } = await reader.send(balancer, command);
  return new Map(
    TargetHealthDescriptions.flatMap(({ Target, TargetHealth }) => {
      const state = TargetHealth?.State ?? "unknown";
      return [
        [Target?.Id ?? "", state],
        [`${Target?.Id}:${Target?.Port}`, state],
      ] as const;
    }),
  );
}

async function readForwards(
  balancer: Balancer,
  reader: Reader,
  loadBalancer: string,
  listenersEveryMs: number,
): Promise<ForwardFacts[]> {
  const { Listeners = [] } = await reader.every(listenersEveryMs, `listeners ${loadBalancer}`, () =>
    reader.send(balancer, new DescribeListenersCommand({ LoadBalancerArn: loadBalancer })),
  );
  const found = await Promise.all(
    Listeners.map(async ({ ListenerArn: listener = "", Protocol, Port }) => {
      const { Rules = [] } = await reader.send(balancer, new DescribeRulesCommand({ ListenerArn: listener }));
      return Rules.map(({ RuleArn: rule = "", Actions = [], Conditions = [] }) => ({
        ...{ loadBalancer, listener, port: `${Protocol} ${Port}`, rule },
        conditions: Conditions.flatMap(valuesOf).join(", "),
        weights: weightsOf(Actions),
      }));
    }),
  );
  return found.flat();
}

function valuesOf({ Values, PathPatternConfig, HostHeaderConfig, SourceIpConfig }: RuleCondition): string[] {
  const configs = [PathPatternConfig, HostHeaderConfig, SourceIpConfig];
  return configs
    .flatMap((config) => config?.Values ?? [])
    .concat(configs.some(Boolean) ? [] : (Values ?? []));
}

function weightsOf(actions: readonly Action[]): Map<string, number> {
  const groups = actions.flatMap(
    ({ ForwardConfig, TargetGroupArn }) =>
      ForwardConfig?.TargetGroups ?? (TargetGroupArn ? [{ TargetGroupArn, Weight: 1 }] : []),
  );
  return new Map(groups.map(({ TargetGroupArn = "", Weight = 1 }) => [TargetGroupArn, Weight]));
}

/** Returns the percent of the traffic of each target group that a rule forwards to. */
export function sharesOf({ weights }: ForwardFacts): Map<string, number> {
  const sum = [...weights.values()].reduce((total, weight) => total + weight, 0);
  return new Map(
    [...weights].map(([arn, weight]) => [arn, sum === 0 ? 0 : Math.round((1000 * weight) / sum) / 10]),
  );
}
