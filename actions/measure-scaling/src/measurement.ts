import { Failure } from "../../core/failure.ts";
import type { TaskSize } from "../../cost/task-sizes.ts";
import type { LoadSummary } from "../../load/counts.ts";
import { findJsonFiles, readJson } from "../../load/files.ts";

/** The measurement of one task count, as in its JSON file. */
export interface Measurement {
  readonly version: 1;
  readonly cluster: string;
  readonly service: string;
  readonly taskCount: number;
  /** Why this is not a valid measurement of that count, a sentence each; empty when it is one. */
  readonly failures: readonly string[];
  readonly tasks?: MeasuredTasks | undefined;
  readonly load?: MeasuredLoad | undefined;
}

/** Tasks that ran while load was sent. */
export interface MeasuredTasks {
  /** ARN of the task definition. */
  readonly revision: string;
  readonly size: TaskSize;
  readonly publicAddress: boolean;
  /**
   * `FARGATE`, the only one whose tasks have their own price here, or another launch type or capacity provider.
   */
  readonly capacity: string;
}

/** Load during the time in which all generators sent: `requestsPerSecond` were sent (closed loop) or due (open loop). */
export interface MeasuredLoad extends LoadSummary {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly generators: number;
  readonly loop: "closed" | "open";
  /** Requests with the expected response: failed ones do not count as throughput. */
  readonly answeredPerSecond: number;
  /** Share of a processor core that the busiest generator used, from 0 to 1. */
  readonly busiestCore: number;
}

/** Reads the measurements in a folder. Refuses other files, other versions, and two of one count. */
export async function readMeasurements(folder: string): Promise<Measurement[]> {
  const measurements = await Promise.all((await findJsonFiles(folder)).map(readMeasurement));
  const counts = measurements.map(({ taskCount }) => taskCount);
  const twice = counts.find((count, index) => counts.indexOf(count) < index);
  if (twice !== undefined) throw new Failure(`${folder} has two measurements of ${twice} tasks`);
  return measurements;
}

function readMeasurement(file: string): Promise<Measurement> {
  return readJson<Measurement>(file, {
    name: "a measurement",
    source: "mode record has written",
    isComplete: ({ taskCount, failures }) => typeof taskCount === "number" && Array.isArray(failures),
  });
}
