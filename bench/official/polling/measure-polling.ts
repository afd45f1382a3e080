import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { type Measurement, measure, type Sides } from "../../measurement.ts";
import type { Chain } from "../bundles.ts";
import type { Report } from "../report.ts";
import { grid, type Kind } from "./deployments.ts";
import type { Order, Run } from "./run-virtually.ts";

/** Enough runs that another seed hardly changes the p90. */
const runs = 40;

const waits = { "wait-for-service-stability": "true" };
const contenders = {
  ours: { side: "ours", inputs: { "wait-until": "complete" } },
  official: { side: "peer", inputs: waits },
  "official, wait-max-delay-seconds 15": {
    side: "peer",
    inputs: { ...waits, "wait-max-delay-seconds": "15" },
  },
} as const satisfies Record<string, Pick<Order, "side" | "inputs">>;
type Contender = keyof typeof contenders;
type Results = Readonly<Record<Contender, readonly Run[]>>;
const names = Object.keys(contenders) as Contender[];

/**
 * Measures how late each side notices a success, and with how many calls: the bundles as shipped, on a virtual clock.
 */
export async function measurePolling(bundles: Sides<Chain>, folder: string): Promise<Report> {
  const results = {} as Record<Contender, readonly Run[]>;
  const collect = async (name: Contender) => {
    const { side, inputs } = contenders[name];
    const own = await mkdtemp(join(folder, "polling-"));
    // A process keeps each copy of a bundle that it has evaluated, so no process runs more than a row.
    const all: Run[] = [];
    for (const row of grid.keys())
      all.push(
        ...(await runVirtually({ side, inputs, row, runs, bundle: bundles[side].deploy, folder: own })),
      );
    results[name] = all;
  };
  await Promise.all(names.map(collect));
  const kinds = [...new Set(grid.map(({ kind }) => kind))];
  return {
    title: `Following a deployment that succeeds, under a virtual clock, ${runs} runs a row`,
    table: [head, ...grid.flatMap((_, row) => tableRows(row, results))],
    figures: kinds.flatMap((kind) => figuresOf(kind, results)),
    details: grid.map(({ kind, name, waitForMinutes }, row) => ({
      kind,
      name,
      waitForMinutes,
      ...Object.fromEntries(names.map((by) => [by, summarize(ofRow(results[by], row))])),
    })),
  };
}

interface Goals {
  readonly mean: number;
  readonly p90: number;
  /** Ratio to the official action's calls at its 15 s setting. */
  readonly calls: number;
}
const announced: Goals = { mean: 2, p90: 5, calls: 1.5 };
/** Where AWS shows nothing before the end, closer polling would cost calls during the whole rollout. */
const unannounced: Goals = { mean: 4, p90: 8, calls: 2 };
const unannouncedKinds: readonly Kind[] = ["rolling, shown nothing", "traffic-shifted, tasks uncounted"];

const ofRow = (all: readonly Run[], row: number) => all.filter((run) => run.row === row);

const head = ["deployment", "defect", "wait-for-minutes", "by", "mean lag", "p90", "green", "calls", "says"];
/** Enough characters to recognize the problem. */
const longest = 100;

function tableRows(row: number, results: Results): string[][] {
  const { kind, name, defect, waitForMinutes } = grid[row] as (typeof grid)[number];
  const seconds = (value: number) => (Number.isNaN(value) ? "never" : `${value.toFixed(1)} s`);
  return names.map((by, index) => {
    const summary = summarize(ofRow(results[by], row));
    return [
      ...(index === 0 ? [`${kind}, ${name}`, String(defect), String(waitForMinutes)] : ["", "", ""]),
      by,
      seconds(summary.meanLagSeconds),
      seconds(summary.p90LagSeconds),
      `${summary.greenPercent.toFixed(0)} %`,
      summary.meanCalls.toFixed(0),
      summary.complaint.slice(0, longest),
    ];
  });
}

/** Figures over all rows of a kind. Lags and calls are compared only where the official action sees the end. */
function figuresOf(kind: Kind, results: Results): Measurement[] {
  const rows = grid.flatMap((row, index) => (row.kind === kind ? [index] : []));
  const seen = rows.filter((row) => ofRow(results.official, row).some(({ green }) => green));
  const of = (by: Contender, among: readonly number[]) =>
    summarize(results[by].filter(({ row }) => among.includes(row)));
  const compare = (
    metric: string,
    unit: string,
    key: Exclude<keyof Summary, "complaint">,
    [among, by]: [readonly number[], Contender],
    rest: Pick<Measurement, "better" | "goal">,
  ) => {
    const [ours, official] = [of("ours", among)[key], of(by, among)[key]];
    return measure({ name: kind, metric, unit, ours, peer: { name: by, value: official }, ...rest });
  };
  const green = compare("seen as green", "%", "greenPercent", [rows, "official"], {
    better: "higher",
    goal: "≥ 100 %",
  });
  if (seen.length === 0) return [green];
  const goals = unannouncedKinds.includes(kind) ? unannounced : announced;
  const lag = (metric: string, key: "meanLagSeconds" | "p90LagSeconds", limit: number) =>
    compare(metric, "s", key, [seen, "official"], { better: "lower", goal: `≤ ${limit} s` });
  return [
    green,
    lag("mean lag", "meanLagSeconds", goals.mean),
    lag("p90 lag", "p90LagSeconds", goals.p90),
    compare("calls", "calls", "meanCalls", [seen, "official, wait-max-delay-seconds 15"], {
      better: "lower",
      goal: `≥ ${Math.floor(1000 / goals.calls) / 1000} ×`,
    }),
  ];
}

const program = join(import.meta.dirname, "run-virtually.ts");

/** Runs an action in a process with a virtual clock. */
export async function runVirtually(order: Order): Promise<Run[]> {
  const child = fork(program, [JSON.stringify(order)]);
  const results: Run[] = [];
  child.on("message", (run) => results.push(run as Run));
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0)
    throw new Error(`${order.bundle} under a virtual clock ended with ${code}: see its message above`);
  return results;
}

export interface Summary {
  readonly meanLagSeconds: number;
  readonly p90LagSeconds: number;
  /** Percentage of green runs; every deployment in them succeeds. */
  readonly greenPercent: number;
  readonly meanCalls: number;
  /** The first fault found in a run's output. */
  readonly complaint: string;
}

/** Summarizes the runs; lags are NaN when no run was green. */
export function summarize(runs: readonly Run[]): Summary {
  const green = runs.filter((run) => run.green);
  const lags = green.map(({ lagMs }) => lagMs / 1000).sort((one, other) => one - other);
  return {
    meanLagSeconds: mean(lags),
    p90LagSeconds: lags[Math.ceil(lags.length * 0.9) - 1] ?? Number.NaN,
    greenPercent: (100 * green.length) / runs.length,
    meanCalls: mean(runs.map(({ calls }) => calls)),
    complaint: runs.find((run) => run.complaint)?.complaint ?? "",
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
