import type { RuleState, Target } from "@aws-sdk/client-eventbridge";
import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import type { Times } from "../scheduler/times.ts";
import type { Pattern } from "./event-pattern.ts";

export interface Rule {
  readonly name: string;
  readonly arn: string;
  /** Undefined for a rule that only runs on a schedule. */
  pattern: { readonly text: string; readonly matches: Pattern } | undefined;
  schedule: { readonly text: string; readonly times: Times } | undefined;
  /** Ends the schedule's waits. */
  timer: AbortController;
  state: RuleState;
  description: string | undefined;
  roleArn: string | undefined;
  /** By id. */
  readonly targets: Map<string, Target>;
  readonly tags: Map<string, string>;
}

export interface EventsState {
  readonly environment: Environment;
  /** Rules of the default bus, which is the only one. */
  readonly rules: Map<string, Rule>;
  /** Deliveries in progress. */
  readonly deliveries: Set<Promise<void>>;
}

export const defaultBus = "default";

export function busArn({ region, accountId }: Environment): string {
  return `arn:aws:events:${region}:${accountId}:event-bus/${defaultBus}`;
}

/** By name or ARN. Throws ResourceNotFoundException: only the default bus exists. */
export function refuseOtherBus({ environment }: EventsState, bus = defaultBus): void {
  if (bus === defaultBus || bus === busArn(environment)) return;
  throw new AwsError("ResourceNotFoundException", `Event bus ${bus} does not exist.`);
}

export function findRule(state: EventsState, name = "", bus?: string): Rule {
  refuseOtherBus(state, bus);
  const rule = state.rules.get(name);
  if (rule) return rule;
  throw new AwsError("ResourceNotFoundException", `Rule ${name} does not exist on EventBus ${defaultBus}.`);
}

export const invalid = errorWith("ValidationException");

export const unsupported = "ValidationException";
