import type { StateValue } from "@aws-sdk/client-cloudwatch";

/** An alarm that asks for an action: once when it enters a state, and each minute for as long as it stays there. */
export interface AlarmSignal {
  /** The ARN of what is to act, as the alarm has it. */
  readonly action: string;
  readonly alarmName: string;
  readonly state: StateValue;
  readonly threshold: number;
  /** The values that the alarm rests on, oldest first; none when its state was set by hand. */
  readonly datapoints: readonly number[];
}

/** From the alarms of CloudWatch to the service that acts on them: what no public API of AWS does. */
export interface AlarmActions {
  /** Replaces whoever acted before. */
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
