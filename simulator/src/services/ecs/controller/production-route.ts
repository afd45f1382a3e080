import type { LoadBalancer } from "@aws-sdk/client-ecs";
import type { Action, Rule } from "@aws-sdk/client-elastic-load-balancing-v2";
import { reweigh, tuplesOf, type Weights } from "../../elbv2/actions.ts";
import { Interruption, type RevisionTaskSet } from "../service-records.ts";
import type { Run } from "./run.ts";

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
export async function weighRule(run: Run, arn: string, weights: Weights): Promise<void> {
  const { elbv2 } = run.context.environment.aws;
  const rule = await readRule(run, arn);
  const groups = Object.keys(weights);
  const actions = actionsOf(rule).map((action) => reweigh(action, groups, weights));
  await (rule.IsDefault
    ? elbv2.modifyListener({ ListenerArn: listenerArnOf(arn), DefaultActions: actions })
    : elbv2.modifyRule({ RuleArn: arn, Actions: actions }));
}

export function pairOf({ targetGroupArn, advancedConfiguration }: LoadBalancer): string[] {
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
