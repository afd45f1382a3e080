import type { StateValue } from "@aws-sdk/client-cloudwatch";

/** An alarm that requests an action: once when it enters a state, and each minute for as long as it stays there. */
export interface AlarmSignal {
  /** The ARN of what is to act, as the alarm has it. */
  readonly action: string;
  readonly alarmName: string;
  readonly state: StateValue;
  readonly threshold: number;
  /** The values behind the alarm's state, oldest first; none when its state was set manually. */
  readonly datapoints: readonly number[];
}

/** From the alarms of CloudWatch to the service that acts on them: what no public API of AWS does. */
export interface AlarmActions {
  /** Replaces the previous handler. */
  handle(act: (signal: AlarmSignal) => void): void;
  signal(signal: AlarmSignal): void;
}

/** Without somebody who acts, signals are lost. */
export function createAlarmActions(): AlarmActions {
  let act: (signal: AlarmSignal) => void = () => {};
  return {
    handle(next) {
      act = next;
    },
    signal: (signal) => act(signal),
  };
}
