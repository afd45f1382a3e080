import type { StateValue } from "@aws-sdk/client-cloudwatch";
import { recordHistory } from "./alarm-history.ts";
import { datapointsOf, performActions } from "./perform-actions.ts";
import type { Alarm, CloudWatchState } from "./state.ts";

export interface NewState {
  readonly value: StateValue;
  readonly reason: string;
  readonly reasonData?: string | undefined;
}

/** Changes an alarm's state, records the change in its history, and performs its actions. */
export function changeState(state: CloudWatchState, alarm: Alarm, next: NewState): void {
  const before = { stateValue: alarm.state, stateReason: alarm.reason };
  const now = state.now();
  const isNew = next.value !== alarm.state;
  if (isNew) {
    alarm.transitionedAt = now;
    recordHistory(state, {
      alarm: alarm.settings.name,
      type: "StateUpdate",
      summary: `Alarm updated from ${alarm.state} to ${next.value}`,
      data: { oldState: before, newState: { stateValue: next.value, stateReason: next.reason } },
    });
  }
  Object.assign(alarm, {
    state: next.value,
    reason: next.reason,
    reasonData: next.reasonData,
    updatedAt: now,
  });
  if (isNew) performActions(state, alarm, { datapoints: datapointsOf(alarm), isNew });
}
