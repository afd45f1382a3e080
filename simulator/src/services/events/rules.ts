import type { Rule as Description, PutRuleRequest, RuleState, Target } from "@aws-sdk/client-eventbridge";
import { AwsError } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { checkedTags, tagOperations, tagPairs } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { parseTimes } from "../scheduler/times.ts";
import { refuseUnknownTarget } from "./deliver.ts";
import { parsePattern } from "./event-pattern.ts";
import { restart } from "./schedule.ts";
import {
  busArn,
  defaultBus,
  type EventsState,
  findRule,
  invalid,
  type Rule,
  refuseOtherBus,
  unsupported,
} from "./state.ts";

/** Source of the size: ListRules, EventBridge API reference. */
const page = pager({
  size: "Limit",
  token: "NextToken",
  standard: 100,
  code: "ValidationException",
});

const states: readonly RuleState[] = ["ENABLED", "DISABLED"];

export function ruleOperations(state: EventsState): Operations<"events"> {
  return {
    putRule: (input) => {
      const { name, settings } = readRule(state, input);
      const existing = state.rules.get(name);
      if (existing) {
        // "If you are updating an existing rule, any tags you specify in the PutRule operation are ignored."
        restart(state, Object.assign(existing, settings));
        return { RuleArn: existing.arn };
      }
      const { region, accountId } = state.environment;
      const arn = `arn:aws:events:${region}:${accountId}:rule/${name}`;
      const tags = checkedTags(tagPairs.read(input.Tags ?? []), tagRules);
      const timer = new AbortController();
      const rule: Rule = { name, arn, ...settings, targets: new Map(), tags, timer };
      state.rules.set(name, rule);
      restart(state, rule);
      return { RuleArn: arn };
    },
    describeRule: ({ Name, EventBusName }) => ({
      ...describe(findRule(state, Name, EventBusName)),
      CreatedBy: state.environment.accountId,
    }),
    listRules: (input) => {
      refuseOtherBus(state, input.EventBusName);
      const matching = sorted(state).filter(({ name }) => name.startsWith(input.NamePrefix ?? ""));
      const { items, NextToken } = page(matching, input);
      return { Rules: items.map(describe), NextToken };
    },
    listRuleNamesByTarget: (input) => {
      refuseOtherBus(state, input.EventBusName);
      const matching = sorted(state).filter(({ targets }) =>
        [...targets.values()].some(({ Arn }) => Arn === input.TargetArn),
      );
      const { items, NextToken } = page(matching, input);
      return { RuleNames: items.map(({ name }) => name), NextToken };
    },
    listEventBuses: () => ({ EventBuses: [{ Name: defaultBus, Arn: busArn(state.environment) }] }),
    enableRule: ({ Name, EventBusName }) => {
      restart(state, Object.assign(findRule(state, Name, EventBusName), { state: "ENABLED" }));
      return {};
    },
    disableRule: ({ Name, EventBusName }) => {
      restart(state, Object.assign(findRule(state, Name, EventBusName), { state: "DISABLED" }));
      return {};
    },
    deleteRule: ({ Name, EventBusName }) => {
      refuseOtherBus(state, EventBusName);
      // Deleting a missing rule is not an error.
      if (state.rules.get(Name ?? "")?.targets.size)
        throw invalid("Rule can't be deleted since it has targets.");
      state.rules.get(Name ?? "")?.timer.abort();
      state.rules.delete(Name ?? "");
      return {};
    },
  };
}

function readRule(state: EventsState, input: PutRuleRequest) {
  refuseUnsupported(unsupported, "PutRule", input, [
    "Name EventPattern ScheduleExpression State Description RoleArn Tags EventBusName",
  ]);
  refuseOtherBus(state, input.EventBusName);
  const { Name: name = "", EventPattern: text, State = "ENABLED" } = input;
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name))
    throw invalid(`'${name}' is not a rule's name: 1 to 64 letters, digits and . - _.`);
  const { ScheduleExpression: expression } = input;
  if (text === undefined && expression === undefined)
    throw invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  if (!states.includes(State)) throw invalid(`State must be ${states.join(" or ")}, not ${State}.`);
  const pattern = text === undefined ? undefined : { text, matches: parsePattern(text) };
  return {
    name,
    settings: {
      pattern,
      schedule: readSchedule(expression),
      state: State,
      description: input.Description,
      roleArn: input.RoleArn,
    },
  };
}

/** One-time schedules are Scheduler's alone. Source: PutRule, EventBridge API reference. */
function readSchedule(text: string | undefined): Rule["schedule"] {
  if (text === undefined) return undefined;
  const times = text.startsWith("at(") ? undefined : parseTimes(text);
  // "A rate of 1 has to be followed by a singular unit": "Schedule expressions", EventBridge user guide.
  if (!times || /^rate\(1 \w+s\)$|^rate\((?!1 )\d+ \w+[^s]\)$/.test(text))
    throw invalid("Parameter ScheduleExpression is not valid.");
  return { text, times };
}

function sorted(state: EventsState): Rule[] {
  return [...state.rules.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function describe(rule: Rule): Description {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.pattern?.text,
    ScheduleExpression: rule.schedule?.text,
    State: rule.state,
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: defaultBus,
  };
}

const tagRules = { tooMany: "LimitExceededException" };

export function ruleTagOperations(state: EventsState): Operations<"events"> {
  return tagOperations(["ResourceARN", "Tags", "TagKeys"], tagPairs, tagRules, (arn) => {
    const rule = [...state.rules.values()].find((each) => each.arn === arn);
    if (rule) return rule.tags;
    throw new AwsError("ResourceNotFoundException", `Resource ${arn} does not exist.`);
  });
}

/** Maximum of one rule. Source: EventBridge user guide, quotas. */
const targetQuota = 5;

export function targetOperations(state: EventsState): Operations<"events"> {
  return {
    putTargets: (input) => {
      const rule = findRule(state, input.Rule, input.EventBusName);
      const { Targets = [] } = input;
      if (Targets.length === 0) throw invalid("Targets must have at least one target.");
      for (const target of Targets) check(target);
      const ids = new Set([...rule.targets.keys(), ...Targets.map(({ Id = "" }) => Id)]);
      if (ids.size > targetQuota)
        throw new AwsError(
          "LimitExceededException",
          "The requested resource exceeds the maximum number allowed.",
        );
      for (const target of Targets) rule.targets.set(target.Id ?? "", target);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    removeTargets: ({ Rule, EventBusName, Ids = [] }) => {
      const { targets } = findRule(state, Rule, EventBusName);
      const missing = Ids.filter((id) => !targets.delete(id));
      return {
        FailedEntryCount: missing.length,
        FailedEntries: missing.map((TargetId) => ({
          TargetId,
          ErrorCode: "ResourceNotFoundException",
          ErrorMessage: `Rule ${Rule} does not have a target with id ${TargetId}.`,
        })),
      };
    },
    listTargetsByRule: (input) => {
      const { targets } = findRule(state, input.Rule, input.EventBusName);
      const { items: Targets, NextToken } = page([...targets.values()], input);
      return { Targets, NextToken };
    },
  };
}

function check(target: Target): void {
  const { Id = "" } = target;
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(Id))
    throw invalid(`'${Id}' is not a target's id: 1 to 64 letters, digits and . - _.`);
  refuseUnknownTarget(target);
}
