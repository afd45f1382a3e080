import { randomUUID } from "node:crypto";
import { callAt } from "../scheduler/times.ts";
import { deliver } from "./deliver.ts";
import type { BusEvent } from "./event-pattern.ts";
import type { EventsState, Rule } from "./state.ts";

/** Sends an event to each target of the rule. */
export function send(state: EventsState, { arn: ruleArn, targets }: Rule, event: BusEvent): void {
  for (const target of targets.values()) track(state, deliver(state.environment, { ruleArn, target, event }));
}

/** Begins to wait for the rule's times again, as far as it is enabled and has a schedule. */
export function restart(state: EventsState, rule: Rule): void {
  rule.timer.abort();
  rule.timer = new AbortController();
  if (rule.state !== "ENABLED" || !rule.schedule) return;
  const call = (at: Date) => send(state, rule, scheduledEvent(state, rule, at));
  track(state, callAt(rule.schedule.times, state.environment.clock, rule.timer.signal, call));
}

function track({ deliveries }: EventsState, work: Promise<void>): void {
  const tracked = work.finally(() => deliveries.delete(tracked));
  deliveries.add(tracked);
}

/** Source: "Event structure", Amazon EventBridge events reference. */
function scheduledEvent({ environment }: EventsState, { arn }: Rule, at: Date): BusEvent {
  const { accountId: account, region } = environment;
  const time = at.toISOString().replace(/\.\d+Z$/, "Z");
  return {
    ...{ version: "0", id: randomUUID(), "detail-type": "Scheduled Event", source: "aws.events" },
    ...{ account, time, region, resources: [arn], detail: {} },
  };
}
