import { alarmVerdict, extraPeriods, type Point, stateReason, stateReasonData } from "./alarm-verdict.ts";
import { changeState, datapointsOf, performActions } from "./change-state.ts";
import { statistic } from "./distribution.ts";
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
    const isTold = datapoints.length > 0;
    performActions(state, alarm, { datapoints: isTold ? datapoints : datapointsOf(alarm), isNew: false });
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
