import { isIPv4, isIPv6 } from "node:net";
import type {
  CreateRuleInput,
  ModifyRuleInput,
  Rule,
  RuleCondition,
  RulePriorityPair,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import { normalizeActions } from "./actions.ts";
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
    for (const arn of new Set(rules.map(({ listenerArn }) => listenerArn)))
      listeners.applyRules(findListener(state, arn));
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
  if (rules.length > maxRules)
    throw new AwsError("TooManyRulesException", `A listener can have at most ${maxRules} rules`);
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
  if (!input.Conditions && !input.Actions)
    throw validationError("Either conditions or actions must be specified");
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
  if (priority !== undefined && Number.isInteger(priority) && priority >= 1 && priority <= maxPriority)
    return priority;
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
  if (asked.RuleArns?.length && asked.ListenerArn !== undefined)
    throw validationError("You cannot specify both rule ARNs and a listener ARN");
  if (asked.RuleArns?.length) return asked.RuleArns.map((arn) => findRule(state, arn));
  if (asked.ListenerArn === undefined)
    throw validationError("You must specify either listener rule ARNs or a listener ARN");
  return rulesOf(state, findListener(state, asked.ListenerArn).arn);
}

type ConfigName = "PathPatternConfig" | "SourceIpConfig";

const configs: Record<string, { name: ConfigName; topLevel: boolean }> = {
  "path-pattern": { name: "PathPatternConfig", topLevel: true },
  "source-ip": { name: "SourceIpConfig", topLevel: false },
};

/** Quotas of Application Load Balancers: condition values and wildcards per rule; characters of a value. */
const maxValues = 5;
const maxWildcards = 6;
const maxLength = 128;

/** Checks the conditions of a rule and returns them as the API describes them, each in its own configuration. */
function normalizeConditions(conditions: readonly RuleCondition[] = []): RuleCondition[] {
  if (conditions.length === 0) throw validationError("A condition must be specified");
  const normalized = conditions.map(normalizeCondition);
  for (const field of Object.keys(configs))
    if (normalized.filter(({ Field }) => Field === field).length > 1)
      throw validationError(`A rule can only have one '${field}' condition`);
  const texts = normalized.flatMap(textsOf);
  if (texts.length > maxValues) throw validationError(`A rule can only have '${maxValues}' condition values`);
  if (texts.join("").replace(/[^*?]/g, "").length > maxWildcards)
    throw validationError(`A rule can only have '${maxWildcards}' condition wildcards`);
  return normalized;
}

function normalizeCondition(condition: RuleCondition): RuleCondition {
  const field = condition.Field ?? Object.keys(configs).find((name) => condition[configOf(name).name]);
  const { name, topLevel } = configOf(field ?? Object.keys(condition).join());
  refuseOthers(condition, ["Field", name, ...(topLevel ? ["Values"] : [])], field);
  const config = condition[name] ?? (topLevel ? { Values: condition.Values } : {});
  refuseOthers(config, ["Values"], field);
  const values = config.Values ?? [];
  if (values.length === 0) throw validationError(`A condition of field '${field}' must have values`);
  if (condition[name] && condition.Values)
    throw validationError(`A condition of field '${field}' cannot have both 'Values' and '${name}'`);
  for (const text of values) {
    if (text.length > maxLength) throw validationError(`Condition value '${text}' is too long`);
  }
  const normalized: RuleCondition = { Field: field, [name]: config, ...(topLevel && { Values: values }) };
  checkSyntax(normalized);
  return normalized;
}

function refuseOthers(given: object, known: readonly string[], field: string | undefined): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || known.includes(name)) continue;
    throw validationError(`A condition of field '${field}' cannot have '${name}' in the simulator`);
  }
}

function configOf(field: string) {
  const found = configs[field];
  if (found) return found;
  throw validationError(`Condition field '${field}' must be one of '[${Object.keys(configs).join(", ")}]'`);
}

function textsOf({ Field = "", ...condition }: RuleCondition): string[] {
  return condition[configOf(Field).name]?.Values ?? [];
}

function checkSyntax({ SourceIpConfig, PathPatternConfig }: RuleCondition): void {
  for (const block of SourceIpConfig?.Values ?? []) {
    if (!isCidr(block))
      throw validationError(`The value '${block}' is not a CIDR block, such as 192.0.2.0/24`);
  }
  for (const path of PathPatternConfig?.Values ?? []) {
    if (!/^[\w.$/~"'@:+&*?-]+$/.test(path)) {
      throw validationError(`The path pattern '${path}' has characters that are not allowed`);
    }
  }
}

function isCidr(block: string): boolean {
  const [address = "", prefix = "", ...rest] = block.split("/");
  if (rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return false;
  return (isIPv4(address) && Number(prefix) <= 32) || (isIPv6(address) && Number(prefix) <= 128);
}
