import type { Service } from "@aws-sdk/client-ecs";
import {
  type Action,
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { PageClients } from "../clients.ts";
import type { Reader } from "./reader.ts";
import { chunks } from "./services.ts";

export interface TargetGroupFacts {
  readonly arn: string;
  readonly name: string;
  readonly loadBalancer: string | undefined;
  /** State of each target, by `address` and `address:port`. */
  readonly health: ReadonlyMap<string, string>;
}

/** One rule of a listener that forwards, with the weight of each target group. */
interface ForwardFacts {
  readonly listener: string;
  readonly port: number;
  readonly rule: string;
  readonly weights: ReadonlyMap<string, number>;
}

export interface BalancingFacts {
  readonly groups: ReadonlyMap<string, TargetGroupFacts>;
  readonly forwards: readonly ForwardFacts[];
}

export const noBalancing: BalancingFacts = { groups: new Map(), forwards: [] };

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

/** Reads target groups, the health of their targets, and the listeners' rules that forward to them. */
export async function readBalancing(
  balancer: Balancer,
  reader: Reader,
  wanted: { readonly arns: readonly string[]; readonly names: readonly string[] },
): Promise<BalancingFacts> {
  if (wanted.arns.length + wanted.names.length === 0) return noBalancing;
  const groups = await reader.every(5_000, `groups ${JSON.stringify(wanted)}`, () =>
    readGroups(balancer, reader, wanted),
  );
  const balancers = [...new Set(groups.flatMap(({ loadBalancer }) => loadBalancer ?? []))];
  const [healths, forwards] = await Promise.all([
    Promise.all(groups.map(({ arn }) => readHealth(balancer, reader, arn))),
    Promise.all(balancers.map((arn) => readForwards(balancer, reader, arn))),
  ]);
  return {
    groups: new Map(
      groups.map((group, index) => [group.arn, { ...group, health: healths[index] ?? new Map() }]),
    ),
    forwards: forwards.flat(),
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

async function readForwards(balancer: Balancer, reader: Reader, arn: string): Promise<ForwardFacts[]> {
  const { Listeners = [] } = await reader.every(30_000, `listeners ${arn}`, () =>
    reader.send(balancer, new DescribeListenersCommand({ LoadBalancerArn: arn })),
  );
  const found = await Promise.all(
    Listeners.map(async ({ ListenerArn: listener = "", Port: port = 0 }) => {
      const { Rules = [] } = await reader.send(balancer, new DescribeRulesCommand({ ListenerArn: listener }));
      return Rules.map(({ RuleArn: rule = "", Actions = [] }) => ({
        listener,
        port,
        rule,
        weights: weightsOf(Actions),
      }));
    }),
  );
  return found.flat().filter(({ weights }) => weights.size > 0);
}

function weightsOf(actions: readonly Action[]): Map<string, number> {
  const groups = actions.flatMap(
    ({ ForwardConfig, TargetGroupArn }) =>
      ForwardConfig?.TargetGroups ?? (TargetGroupArn ? [{ TargetGroupArn, Weight: 1 }] : []),
  );
  return new Map(groups.map(({ TargetGroupArn = "", Weight = 1 }) => [TargetGroupArn, Weight]));
}
