import type { AlarmHistoryItem, HistoryItemType, StateValue } from "@aws-sdk/client-cloudwatch";
import type { Alarm, CloudWatchState } from "./state.ts";

interface NewState {
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

/** Requests the actions of the state that the alarm is in, unless they are disabled. */
export function performActions(
  state: CloudWatchState,
  alarm: Alarm,
  { datapoints, isNew }: { datapoints: readonly number[]; isNew: boolean },
): void {
  const { name, threshold, actions } = alarm.settings;
  if (!alarm.actionsEnabled) return;
  for (const action of actions[alarm.state]) {
    state.alarmActions.signal({ action, alarmName: name, state: alarm.state, threshold, datapoints });
    // The history has actions of changes only, not repeated ones.
    if (isNew)
      recordHistory(state, {
        alarm: name,
        type: "Action",
        summary: `Successfully executed action ${action}`,
        data: { actionState: "Succeeded", notificationResource: action },
      });
  }
}

/** Returns the values behind the state from StateReasonData, including one given by a caller. */
export function datapointsOf({ reasonData = "{}" }: Alarm): number[] {
  try {
    const { recentDatapoints } = Object(JSON.parse(reasonData)) as { recentDatapoints?: unknown };
    return Array.isArray(recentDatapoints)
      ? recentDatapoints.filter((value) => typeof value === "number")
      : [];
  } catch {
    return [];
  }
}

/** Items kept; AWS keeps two weeks, which is more than a rehearsal fills. */
const keptItems = 10_000;

export function recordHistory(
  { history, now }: CloudWatchState,
  item: { alarm: string; type: HistoryItemType; summary: string; data: object },
): void {
  history.push({
    AlarmName: item.alarm,
    AlarmType: "MetricAlarm",
    Timestamp: now(),
    HistoryItemType: item.type,
    HistorySummary: item.summary,
    HistoryData: JSON.stringify({ version: "1.0", ...item.data }),
  } satisfies AlarmHistoryItem);
  if (history.length > keptItems) history.shift();
}
