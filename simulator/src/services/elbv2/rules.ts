import type {
  CreateRuleInput,
  ModifyRuleInput,
  Rule,
  RulePriorityPair,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import { normalizeActions } from "./actions.ts";
import { normalizeConditions } from "./conditions.ts";
import type { Listeners } from "./listeners.ts";
import {
  findListener,
  findRule,
  newId,
  page,
  type RuleRecord,
  rulesOf,
  type State,
  tagMap,
  validationError,
} from "./state.ts";

/** API reference, CreateRule. */
const maxPriority = 50_000;
/** Quota of Application Load Balancers: rules per listener, without the default rule. */
const maxRules = 100;

export function ruleOperations(state: State, listeners: Listeners): Operations<"elbv2"> {
  const apply = (rules: readonly RuleRecord[]) => {
    for (const arn of new Set(rules.map(({ listenerArn }) => listenerArn))) {
      listeners.applyRules(findListener(state, arn));
    }
    return { Rules: rules.map(describe) };
  };
  return {
    createRule: (input) => apply([createRule(state, input)]),
    describeRules: (input) => {
      const { items, NextMarker } = page(selectRules(state, input), input);
      return { Rules: items.map(describe), NextMarker };
    },
    modifyRule: (input) => apply([changeRule(state, input)]),
    deleteRule: ({ RuleArn }) => {
      const rule = findOwnRule(state, RuleArn, "deleted");
      state.rules.delete(rule.arn);
      apply([rule]);
      return {};
    },
    setRulePriorities: ({ RulePriorities }) => apply(changePriorities(state, RulePriorities)),
  };
}

function createRule(state: State, input: CreateRuleInput): RuleRecord {
  const listener = findListener(state, input.ListenerArn);
  refuseTransforms(input);
  const rules = rulesOf(state, listener.arn);
  const priority = checkPriority(input.Priority);
  refuseTaken(rules, priority);
  if (rules.length > maxRules) {
    throw new AwsError("TooManyRulesException", `A listener can have at most ${maxRules} rules`);
  }
  const conditions = normalizeConditions(input.Conditions);
  const actions = normalizeActions(state, listener.loadBalancerArn, input.Actions);
  const arn = `${listener.arn.replace(":listener/", ":listener-rule/")}/${newId()}`;
  const rule = { arn, listenerArn: listener.arn, priority, conditions, actions, tags: tagMap(input.Tags) };
  state.rules.set(arn, rule);
  return rule;
}

function changeRule(state: State, input: ModifyRuleInput): RuleRecord {
  const rule = findOwnRule(state, input.RuleArn, "modified with ModifyRule; use ModifyListener");
  refuseTransforms(input);
  if (!input.Conditions && !input.Actions) {
    throw validationError("Either conditions or actions must be specified");
  }
  const conditions = input.Conditions && normalizeConditions(input.Conditions);
  const { loadBalancerArn } = findListener(state, rule.listenerArn);
  const actions = input.Actions && normalizeActions(state, loadBalancerArn, input.Actions);
  rule.conditions = conditions ?? rule.conditions;
  rule.actions = actions ?? rule.actions;
  return rule;
}

function changePriorities(state: State, pairs: readonly RulePriorityPair[] = []): RuleRecord[] {
  const changes = new Map(
    pairs.map(({ RuleArn, Priority }) => [
      findOwnRule(state, RuleArn, "given a priority"),
      checkPriority(Priority),
    ]),
  );
  for (const [rule, priority] of changes) {
    const others = rulesOf(state, rule.listenerArn).filter((other) => other !== rule);
    refuseTaken(
      others.map((other) => ({ priority: changes.get(other) ?? other.priority })),
      priority,
    );
  }
  for (const [rule, priority] of changes) rule.priority = priority;
  return [...changes.keys()];
}

function describe({ arn, priority, conditions, actions }: RuleRecord): Rule {
  return {
    RuleArn: arn,
    Priority: String(priority),
    Conditions: conditions,
    Actions: actions,
    IsDefault: priority === "default",
  };
}

function refuseTransforms(input: { Transforms?: unknown; ResetTransforms?: boolean }): void {
  if (input.Transforms === undefined && !input.ResetTransforms) return;
  throw validationError("The simulator does not perform Transforms of rules");
}

function checkPriority(priority: number | undefined): number {
  if (priority !== undefined && Number.isInteger(priority) && priority >= 1 && priority <= maxPriority) {
    return priority;
  }
  throw validationError(`Rule priority '${priority}' must be between 1 and ${maxPriority}`);
}

function refuseTaken(rules: readonly Pick<RuleRecord, "priority">[], priority: number): void {
  if (!rules.some((rule) => rule.priority === priority)) return;
  throw new AwsError("PriorityInUseException", `Priority '${priority}' is currently in use`);
}

/** Returns a rule other than its listener's default rule. */
function findOwnRule(state: State, arn: string | undefined, action: string): RuleRecord {
  const rule = findRule(state, arn);
  if (rule.priority !== "default") return rule;
  throw new AwsError("OperationNotPermittedException", `Default rule '${rule.arn}' cannot be ${action}`);
}

function selectRules(state: State, asked: { ListenerArn?: string; RuleArns?: string[] }): RuleRecord[] {
  if (asked.RuleArns?.length && asked.ListenerArn !== undefined) {
    throw validationError("You cannot specify both rule ARNs and a listener ARN");
  }
  if (asked.RuleArns?.length) return asked.RuleArns.map((arn) => findRule(state, arn));
  if (asked.ListenerArn === undefined) {
    throw validationError("You must specify either listener rule ARNs or a listener ARN");
  }
  return rulesOf(state, findListener(state, asked.ListenerArn).arn);
}
