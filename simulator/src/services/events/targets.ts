import type { Target } from "@aws-sdk/client-eventbridge";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { refuseUnknownTarget } from "./deliver.ts";
import { pageOf } from "./rules.ts";
import { type EventsState, findRule, invalid, unsupported } from "./state.ts";

/** Maximum of one rule. Source: EventBridge user guide, quotas. */
const quota = 5;

export function targetOperations(state: EventsState): Service<"events">["operations"] {
  return {
    putTargets: (input) => {
      const rule = findRule(state, input.Rule, input.EventBusName);
      const { Targets = [] } = input;
      if (Targets.length === 0) throw invalid("Targets must have at least one target.");
      for (const target of Targets) check(target);
      const ids = new Set([...rule.targets.keys(), ...Targets.map(({ Id = "" }) => Id)]);
      if (ids.size > quota)
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
      const { items, next } = pageOf([...targets.values()], input);
      return { Targets: items, NextToken: next };
    },
  };
}

function check(target: Target): void {
  const { Id = "", Arn = "", Input, InputPath, InputTransformer } = target;
  refuseUnsupported(unsupported, `target ${Id} of PutTargets`, target, [
    "Id",
    "Arn",
    "RoleArn",
    "Input",
    "InputPath",
    "InputTransformer",
  ]);
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(Id))
    throw invalid(`'${Id}' is not a target's id: 1 to 64 letters, digits and . - _.`);
  if ([Input, InputPath, InputTransformer].filter((each) => each !== undefined).length > 1)
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`);
  if (Input !== undefined) refuseNoJson(Id, Input);
  refuseUnknownTarget(Arn, target.RoleArn);
}

function refuseNoJson(id: string, text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw invalid(`JSON syntax error in input for target ${id} : ${text}`);
  }
}
