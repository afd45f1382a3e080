import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A bound of the ratio or of our figure: `≥ 2 ×`, `≤ 120 s`, `1 ×`; empty without a goal. */
export type Goal = "" | `${"≥ " | "≤ " | ""}${number} ${string}`;

/** One of our figures compared with a named peer's, both measured in the same run. */
export interface Measurement {
  readonly name: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly ours: number;
  readonly peer: { readonly name: string; readonly value: number };
  /** How many times better our figure is: above 1 is better, in either direction of the metric. */
  readonly ratio: number;
  readonly goal: Goal;
  /** Whether the goal, if any, is reached. */
  readonly held: boolean;
}

/** The default export of a file of this folder named `NAME.bench.ts`. */
export type Benchmark = () => Promise<readonly Measurement[]>;

export function measure(figures: Omit<Measurement, "ratio" | "held">): Measurement {
  const { better, ours, peer, goal } = figures;
  const ratio = Number((better === "lower" ? peer.value / ours : ours / peer.value).toFixed(3));
  return { ...figures, ratio, held: goal === "" || isReached(goal, ours, ratio) };
}

/** Compares a figure that no other tool has with the project's own budget. */
export const withinBudget = (name: string, metric: string, unit: string, ours: number, most: number) =>
  measure({
    ...{ name, metric, unit, better: "lower", ours, goal: `≤ ${most} ${unit}` },
    peer: { name: "budget", value: most },
  });

function isReached(goal: Goal, ours: number, ratio: number): boolean {
  const [, sign, bound, unit] = /^([≥≤]?) ?([\d.]+) (.+)$/.exec(goal) ?? [];
  const value = unit === "×" ? ratio : ours;
  return (sign === "≤" || value >= Number(bound)) && (sign === "≥" || value <= Number(bound));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Returns a Markdown table, as docs/benchmarks.md has it: what misses its goal is bold. */
export function asTable(measurements: readonly Measurement[]): string {
  return markdownTable([
    ["benchmark", "metric", "ours", "peer", "times better", "goal"],
    ...measurements.map(({ name, metric, unit, ours, peer, ratio, goal, held }) => [
      name,
      metric,
      `${round(ours)} ${unit}`,
      `${round(peer.value)} ${unit} (${peer.name})`,
      held ? `${ratio} ×` : `**${ratio} ×**`,
      goal,
    ]),
  ]);
}

/** The first row is the head. */
export const markdownTable = ([head = [], ...rows]: readonly (readonly string[])[]) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** Returns a line for each missed goal, after a line that counts them. */
export function listMissed(measurements: readonly Measurement[]): string[] {
  const missed = measurements.filter(({ held }) => !held);
  return [
    `${missed.length} of ${measurements.filter(({ goal }) => goal !== "").length} goals are missed`,
    ...missed.map(
      (one) =>
        `missed: ${one.name}, ${one.metric}: ${round(one.ours)} ${one.unit}, ${one.ratio} ×; ${one.goal}`,
    ),
  ];
}

/** States what was measured and when: the commit, `-dirty` with changes that are not committed, Node and the date. */
export async function describeRun(): Promise<string> {
  const args = ["describe", "--always", "--exclude=*", "--abbrev=8", "--dirty"];
  const git = promisify(execFile)("git", args, { cwd: import.meta.dirname });
  const commit = await git.then(
    ({ stdout }) => `\`${stdout.trim()}\``,
    () => "unknown",
  );
  return `Commit ${commit}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.`;
}

const round = (value: number) => Number(value.toPrecision(4));

/** Why a benchmark cannot be measured on this machine: a sentence without its first word capitalized. */
export class NotHere extends Error {
  override readonly name = "NotHere";
}

/** The same value for our side and for the peer. */
export interface Sides<Value> {
  readonly ours: Value;
  readonly peer: Value;
}

/** Measures all in turn, so that other load on the machine affects each. Returns the results in their order. */
export async function alternate<Name extends string, Result>(
  times: number,
  measureOnce: Readonly<Record<Name, () => Promise<Result>>>,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(measureOnce) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  for (let time = 0; time < times; time += 1)
    for (const name of names) results[name].push(await measureOnce[name]());
  return results;
}
