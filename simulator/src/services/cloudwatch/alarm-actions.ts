import type { StateValue } from "@aws-sdk/client-cloudwatch";

/** An alarm that requests an action: once when it enters a state, and each minute for as long as it stays there. */
export interface AlarmSignal {
  /** The ARN of the action's target, as in the alarm. */
  readonly action: string;
  readonly alarmName: string;
  readonly state: StateValue;
  readonly threshold: number;
  /** The values behind the alarm's state, oldest first; none when its state was set manually. */
  readonly datapoints: readonly number[];
}

/** Connects the alarms of CloudWatch to the service that acts on them, for which AWS has no public API. */
export interface AlarmActions {
  /** Replaces the previous handler. */
  handle(act: (signal: AlarmSignal) => void): void;
  signal(signal: AlarmSignal): void;
}

/** Without a handler, signals are lost. */
export function createAlarmActions(): AlarmActions {
  let act: (signal: AlarmSignal) => void = () => {};
  return {
    handle(next) {
      act = next;
    },
    signal: (signal) => act(signal),
  };
}
