/** The clock of an action that uses a simulator whose waits pass `scale` times faster than real time. */
export interface AwsTime {
  /** The moment at which both clocks agree, in milliseconds since the epoch. */
  readonly epoch: number;
  readonly scale: number;
}

export function toAwsTime({ epoch, scale }: AwsTime, wallMs: number): number {
  return epoch + (wallMs - epoch) * scale;
}

/** Environment variable that gives an action's process its clock, as JSON. */
export const awsTimeVariable = "BENCH_AWS_TIME";

/** Makes `Date.now()` and `new Date()` return the time of `now`, in milliseconds since the epoch. */
export function replaceDate(now: () => number): void {
  const RealDate = globalThis.Date;
  class ReplacedDate extends RealDate {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(now());
      else super(...(parts as [number]));
    }
    static override now(): number {
      return now();
    }
  }
  globalThis.Date = ReplacedDate as DateConstructor;
}
