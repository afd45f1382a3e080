import type { LoadBalancer } from "@aws-sdk/client-ecs";
import type { Action, Rule } from "@aws-sdk/client-elastic-load-balancing-v2";
import { roleLists } from "../../../permissions/role-lists.ts";
import { refusalOf } from "../../../permissions/service-roles.ts";
import { reweigh, tuplesOf, type Weights } from "../../elbv2/actions.ts";
import {
  Interruption,
  isRevision,
  type ResolvedConfiguration,
  type RevisionTaskSet,
} from "../service-records.ts";
import { type Run, touch } from "./run.ts";

/** Shifts this percentage of production traffic to a revision, and the rest to the others. */
export async function shiftProduction(run: Run, to: RevisionTaskSet, percent: number): Promise<void> {
  await shift(run, "productionListenerRule", to, percent);
  for (const taskSet of revisionsOf(run))
    taskSet.revision.productionWeight = taskSet === to ? percent : 100 - percent;
  touch(run);
}

/** Shifts all test traffic to a revision. */
export async function shiftTest(run: Run, to: RevisionTaskSet): Promise<void> {
  const { loadBalancers } = run.deployment.target.revision;
  if (!loadBalancers.some(({ advancedConfiguration }) => advancedConfiguration?.testListenerRule)) return;
  await shift(run, "testListenerRule", to, 100);
  for (const taskSet of revisionsOf(run)) taskSet.revision.testWeight = taskSet === to ? 100 : 0;
  touch(run);
}

async function shift(
  run: Run,
  rule: "productionListenerRule" | "testListenerRule",
  to: RevisionTaskSet,
  percent: number,
): Promise<void> {
  const { mine, others } = weightsOf(percent);
  for (const [index, loadBalancer] of run.deployment.target.revision.loadBalancers.entries()) {
    const arn = loadBalancer.advancedConfiguration?.[rule];
    const own = to.loadBalancers[index]?.targetGroupArn;
    if (!arn || !own) continue;
    const weights = Object.fromEntries(pairOf(loadBalancer).map((group) => [group, others]));
    await weighRule(run, arn, { ...weights, [own]: mine }, loadBalancer);
  }
}

/** A deployment has at most two that are not draining. */
function revisionsOf({ deployment }: Run): RevisionTaskSet[] {
  return deployment.service.taskSets.filter(isRevision).filter(({ status }) => status !== "DRAINING");
}

interface TrafficStep {
  /** Share of production traffic for the new revision from now on. */
  readonly percent: number;
  /** Before the next step; 0 after the last. */
  readonly bakeMinutes: number;
}

const all: TrafficStep = { percent: 100, bakeMinutes: 0 };

/**
 * Returns the shifts of a strategy, the last one to 100 %. Defaults: API reference, Canary- and LinearConfiguration.
 */
export function trafficSteps(configuration: ResolvedConfiguration): TrafficStep[] {
  const { strategy, canaryConfiguration = {}, linearConfiguration = {} } = configuration;
  if (strategy === "CANARY") {
    const { canaryPercent = 5, canaryBakeTimeInMinutes = 10 } = canaryConfiguration;
    return canaryPercent < 100
      ? [{ percent: canaryPercent, bakeMinutes: canaryBakeTimeInMinutes }, all]
      : [all];
  }
  if (strategy === "LINEAR") {
    const { stepPercent = 10, stepBakeTimeInMinutes = 6 } = linearConfiguration;
    return [
      ...Array.from({ length: Math.ceil(100 / stepPercent) - 1 }, (_, index) => ({
        percent: roundToTenth((index + 1) * stepPercent),
        bakeMinutes: stepBakeTimeInMinutes,
      })),
      all,
    ];
  }
  return [all];
}

/** Percentages are multiples of 0.1, which binary fractions are not. */
function roundToTenth(percent: number): number {
  return Math.round(percent * 10) / 10;
}

/**
 * Returns whole weights for listener rules that divide traffic at `percent`: in per cent, or in tenths of it.
 *
 * @internal
 */
export function weightsOf(percent: number): { readonly mine: number; readonly others: number } {
  const unit = Number.isInteger(percent) ? 1 : 10;
  const mine = Math.round(percent * unit);
  return { mine, others: 100 * unit - mine };
}

/** Returns, for each load balancer of a revision, the target group that gets production traffic now. */
export function servingTargetGroups(run: Run, { revision }: RevisionTaskSet): Promise<string[]> {
  return Promise.all(revision.loadBalancers.map((loadBalancer) => servingTargetGroup(run, loadBalancer)));
}

async function servingTargetGroup(
  run: Run,
  { targetGroupArn = "", advancedConfiguration }: LoadBalancer,
): Promise<string> {
  if (!advancedConfiguration) return targetGroupArn;
  const { productionListenerRule = "", alternateTargetGroupArn = "" } = advancedConfiguration;
  const serving = targetGroupsOf(await readRule(run, productionListenerRule)).filter(
    ({ Weight = 1 }) => Weight > 0,
  );
  const [{ TargetGroupArn: arn = "" } = {}] = serving;
  if (serving.length !== 1)
    throw invalidNetworking(
      `. productionListenerRule ${productionListenerRule} should have exactly one target group serving traffic but found ${serving.length} target groups which are serving traffic`,
    );
  if (arn !== targetGroupArn && arn !== alternateTargetGroupArn)
    throw invalidNetworking(
      `. Production listener rule is forwarding traffic to unexpected target group ${arn}. Expected traffic to be forwarded to either targetGroupArn: ${targetGroupArn} or alternateTargetGroupArn: ${alternateTargetGroupArn}`,
    );
  return arn;
}

/** Returns the target groups without production traffic: those for a new revision's tasks. */
export async function idleTargetGroups(run: Run, taskSet: RevisionTaskSet): Promise<string[]> {
  const serving = await servingTargetGroups(run, taskSet);
  const { loadBalancers } = taskSet.revision;
  for (const loadBalancer of loadBalancers) await requireAssociation(run, loadBalancer);
  return loadBalancers.map((loadBalancer, index) => {
    const [first = "", second = ""] = pairOf(loadBalancer);
    return first === serving[index] ? second : first;
  });
}

async function requireAssociation(run: Run, loadBalancer: LoadBalancer): Promise<void> {
  const { productionListenerRule, testListenerRule } = loadBalancer.advancedConfiguration ?? {};
  const rules = [productionListenerRule, testListenerRule].filter((arn) => arn !== undefined);
  const associated = (await Promise.all(rules.map((arn) => readRule(run, arn)))).flatMap(targetGroupsOf);
  for (const arn of pairOf(loadBalancer))
    if (!associated.some(({ TargetGroupArn }) => TargetGroupArn === arn))
      throw invalidNetworking(
        `: Target group ${arn} is not associated with either productionListenerRule or testListenerRule.`,
      );
}

/** Sets the weights of a rule's target groups; its other target groups do not change. */
async function weighRule(
  run: Run,
  arn: string,
  weights: Weights,
  { advancedConfiguration }: LoadBalancer,
): Promise<void> {
  const { environment } = run.context;
  const { elbv2 } = environment.aws;
  const rule = await readRule(run, arn);
  const refusal = await refusalOf(environment, {
    roleArn: advancedConfiguration?.roleArn ?? "",
    list: roleLists.loadBalancers,
    step: rule.IsDefault ? "changeListener" : "changeRule",
    values: { arn: rule.IsDefault ? listenerArnOf(arn) : arn },
  });
  if (refusal) throw invalidNetworking(`. ${refusal.message}`);
  const groups = Object.keys(weights);
  const actions = actionsOf(rule).map((action) => reweigh(action, groups, weights));
  await (rule.IsDefault
    ? elbv2.modifyListener({ ListenerArn: listenerArnOf(arn), DefaultActions: actions })
    : elbv2.modifyRule({ RuleArn: arn, Actions: actions }));
}

function pairOf({ targetGroupArn, advancedConfiguration }: LoadBalancer): string[] {
  return [targetGroupArn ?? "", advancedConfiguration?.alternateTargetGroupArn ?? ""];
}

async function readRule({ context }: Run, arn: string): Promise<Rule> {
  const { Rules = [] } = await context.environment.aws.elbv2
    .describeRules({ RuleArns: [arn] })
    .catch((error) => {
      throw invalidNetworking(`. ${(error as Error).message}`);
    });
  return Rules[0] ?? {};
}

const actionsOf = ({ Actions = [] }: Rule): Action[] => Actions;

function targetGroupsOf(rule: Rule) {
  return actionsOf(rule).flatMap(tuplesOf);
}

/** A rule's ARN is its listener's with an additional id. */
function listenerArnOf(ruleArn: string): string {
  return ruleArn.slice(0, ruleArn.lastIndexOf("/")).replace(":listener-rule/", ":listener/");
}

/** AWS's words (developer guide, "Troubleshooting Amazon ECS blue/green deployments"). */
function invalidNetworking(what: string): Interruption {
  return new Interruption(
    "roll-back",
    `Service deployment rolled back because of invalid networking configuration${what}`,
  );
}
