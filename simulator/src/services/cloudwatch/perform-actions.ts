import { recordHistory } from "./alarm-history.ts";
import type { Alarm, CloudWatchState } from "./state.ts";

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
