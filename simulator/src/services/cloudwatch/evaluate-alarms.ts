import type { StateValue } from "@aws-sdk/client-cloudwatch";
import { alarmVerdict, extraPeriods, type Point, stateReason, stateReasonData } from "./alarm-verdict.ts";
import { statistic } from "./metric-store.ts";
import type { Alarm, CloudWatchState } from "./state.ts";

/** Seconds of AWS time after a minute's end in which its datapoints arrive. */
const arrivalSeconds = 10;

export interface AlarmEvaluation {
  /** Call it when there are alarms; evaluates all of them each minute of AWS time from then on. */
  start(): void;
  stop(): void;
}

export function createAlarmEvaluation(
  state: CloudWatchState,
  warn: (message: string) => void,
): AlarmEvaluation {
  const stopping = new AbortController();
  let started = false;
  const run = async () => {
    while (!stopping.signal.aborted) {
      await state.minutes.next(arrivalSeconds, stopping.signal);
      for (const alarm of state.alarms.values()) evaluateAlarm(state, alarm);
    }
  };
  return {
    start() {
      if (started) return;
      started = true;
      run().catch((error: unknown) => {
        if (!stopping.signal.aborted) warn(`alarms are evaluated no more: ${error}`);
      });
    },
    stop: () => stopping.abort(),
  };
}

/**
 * Evaluates the alarm's last complete minutes and changes its state if needed. An alarm that stays in its state
 * requests its actions again: all actions that the simulator performs are scaling policies (user guide, "Alarm
 * actions").
 */
function evaluateAlarm(state: CloudWatchState, alarm: Alarm): void {
  const verdict = alarmVerdict(alarm.settings, recentPeriods(state, alarm));
  if (verdict.state === undefined || verdict.state === alarm.state) {
    const datapoints = verdict.points.map(({ value }) => value);
    performActions(state, alarm, datapoints.length > 0 ? datapoints : datapointsOf(alarm));
    return;
  }
  changeState(state, alarm, {
    value: verdict.state,
    reason: stateReason(alarm.settings, alarm.state, verdict.state, verdict),
    reasonData: stateReasonData(alarm.settings, verdict, state.now()),
  });
}

/** Oldest first. The periods end with the last complete minute, for any length of period. */
function recentPeriods({ store, minutes, now }: CloudWatchState, { settings }: Alarm): (Point | undefined)[] {
  const length = settings.period / 60;
  const count = settings.evaluationPeriods + extraPeriods;
  const end = minutes.at(now().getTime());
  const compute = statistic(settings.statisticName);
  const metric = { ...settings, name: settings.metricName };
  return Array.from({ length: count }, (_, index) => {
    const first = end - (count - index) * length;
    const found = store.read(metric, { first, end: first + length }, settings.unit);
    const value = found && compute(found);
    if (value === undefined) return undefined;
    return { timestamp: minutes.start(first), value, sampleCount: found?.sampleCount ?? 0 };
  });
}

interface NewState {
  readonly value: StateValue;
  readonly reason: string;
  readonly reasonData?: string | undefined;
}

/** Changes an alarm's state, and performs its actions. */
export function changeState(state: CloudWatchState, alarm: Alarm, next: NewState): void {
  const now = state.now();
  const isNew = next.value !== alarm.state;
  if (isNew) alarm.transitionedAt = now;
  Object.assign(alarm, {
    state: next.value,
    reason: next.reason,
    reasonData: next.reasonData,
    updatedAt: now,
  });
  if (isNew) performActions(state, alarm, datapointsOf(alarm));
}

/** Requests the actions of the state that the alarm is in, unless they are disabled. */
function performActions(state: CloudWatchState, alarm: Alarm, datapoints: readonly number[]): void {
  const { name, threshold, actions } = alarm.settings;
  if (!alarm.actionsEnabled) return;
  for (const action of actions[alarm.state])
    state.alarmActions.signal({ action, alarmName: name, state: alarm.state, threshold, datapoints });
}

/** Returns the values behind the state from StateReasonData, including one given by a caller. */
function datapointsOf({ reasonData = "{}" }: Alarm): number[] {
  try {
    const { recentDatapoints } = Object(JSON.parse(reasonData)) as { recentDatapoints?: unknown };
    return Array.isArray(recentDatapoints)
      ? recentDatapoints.filter((value) => typeof value === "number")
      : [];
  } catch {
    return [];
  }
}
