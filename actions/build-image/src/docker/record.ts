import { markdownTable } from "../../../shared/summary.ts";
import { dockerfileSteps, type Step } from "./progress.ts";

/** Returns the record of a build for the job summary: every step of the Dockerfile, and other steps that took time. */
export function recordOf(steps: readonly Step[]): string {
  const own = new Map(dockerfileSteps(steps).map((step) => [step.name, step]));
  const told = steps.flatMap((step) => own.get(step.name) ?? ((step.seconds ?? 0) >= 1 ? [step] : []));
  const rows = told.map(({ name, cached, seconds = 0 }) => [
    name,
    cached ? "cached" : `${seconds.toFixed(1)} s`,
  ]);
  return markdownTable(["Step", "Time"], rows);
}
