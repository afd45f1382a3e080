/** How time passes for an action beside a simulator whose waits pass `scale` times faster than the wall. */
export interface AwsTime {
  /** Where both clocks agree, in milliseconds since the epoch. */
  readonly epoch: number;
  readonly scale: number;
}

export function toAwsTime({ epoch, scale }: AwsTime, wallMs: number): number {
  return epoch + (wallMs - epoch) * scale;
}

/** Environment variable that tells an action's process its clock, as JSON. */
export const awsTimeVariable = "BENCH_AWS_TIME";
