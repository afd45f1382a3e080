import { median } from "../measurement.ts";

/** Milliseconds of each step by its name. */
export type StepTimes = Readonly<Record<string, number>>;

export type Steps = Readonly<Record<string, () => Promise<unknown>>>;

/** Runs the steps one after the other. */
export async function timeSteps(steps: Steps): Promise<StepTimes> {
  const times: [string, number][] = [];
  for (const [name, step] of Object.entries(steps)) {
    const started = performance.now();
    await step();
    times.push([name, performance.now() - started]);
  }
  return Object.fromEntries(times);
}

/** Total in milliseconds, without the step `given`. */
export function totalOf(times: StepTimes, given?: string): number {
  return Object.entries(times).reduce((sum, [name, each]) => (name === given ? sum : sum + each), 0);
}

/** Formats each step's median and every total. */
export function describeTimes(runs: readonly StepTimes[]): string {
  const names = Object.keys(runs[0] ?? {});
  const steps = names.map(
    (name) => `${name} ${round(median(runs.map((times) => times[name] ?? Number.NaN)))}`,
  );
  return `${steps.join(", ")} ms; in all ${runs.map((times) => round(totalOf(times))).join(", ")} ms`;
}

const round = (milliseconds: number) => String(Math.round(milliseconds));
