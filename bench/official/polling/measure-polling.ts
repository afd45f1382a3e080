import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { Sides } from "../../alternate.ts";
import { type Measurement, measure } from "../../measurement.ts";
import type { Chain } from "../bundles.ts";
import type { Report } from "../report.ts";
import { grid } from "./deployments.ts";
import type { Order, Run } from "./run-virtually.ts";

/** Enough for a p90 that another seed would hardly change. */
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

/** How late each notices a success, and for how many calls: the bundles as shipped, under a virtual clock. */
export async function measurePolling(bundles: Sides<Chain>, folder: string): Promise<Report> {
  const order = async (name: Contender) => {
    const { side, inputs } = contenders[name];
    const own = await mkdtemp(join(folder, "polling-"));
    return runVirtually({ side, inputs, bundle: bundles[side].deploy, folder: own, runs });
  };
  const names = Object.keys(contenders) as Contender[];
  const results = await Promise.all(names.map(order));
  const rows = grid.map(({ name, defect, waitForMinutes }, row) => ({
    name,
    defect,
    waitForMinutes,
    by: Object.fromEntries(
      names.map((contender, index) => [contender, summarize(results[index] ?? [], row)]),
    ) as Record<Contender, Summary>,
  }));
  return {
    title: `Following a deployment under a virtual clock, ${runs} runs a row`,
    table: [head, ...rows.flatMap(tableRows)],
    measurements: rows.flatMap(figures),
    details: rows,
  };
}

interface Summary {
  readonly meanLagSeconds: number;
  readonly p90LagSeconds: number;
  /** Of a hundred runs of a deployment that succeeds, those that ended red. */
  readonly falseRedPercent: number;
  readonly meanCalls: number;
  /** What a run said that it should not. */
  readonly complaint: string;
}

interface Row {
  readonly name: string;
  readonly defect: number;
  readonly waitForMinutes: number;
  readonly by: Record<Contender, Summary>;
}

const head = [
  "deployment",
  "defect",
  "wait-for-minutes",
  "by",
  "mean lag",
  "p90",
  "false red",
  "calls",
  "says",
];

/** Enough to see what it is about. */
const longest = 100;

function tableRows({ name, defect, waitForMinutes, by }: Row): string[][] {
  const seconds = (value: number) => (Number.isNaN(value) ? "never" : `${value.toFixed(1)} s`);
  return (Object.keys(by) as Contender[]).map((contender, index) => {
    const { meanLagSeconds, p90LagSeconds, falseRedPercent, meanCalls, complaint } = by[contender];
    return [
      ...(index === 0 ? [name, String(defect), String(waitForMinutes)] : ["", "", ""]),
      contender,
      seconds(meanLagSeconds),
      seconds(p90LagSeconds),
      `${falseRedPercent.toFixed(0)} %`,
      meanCalls.toFixed(0),
      complaint.slice(0, longest),
    ];
  });
}

function figures({ name, by }: Row): Measurement[] {
  const { ours, official } = by;
  const often = by["official, wait-max-delay-seconds 15"];
  const row = (
    metric: string,
    unit: string,
    key: keyof Summary,
    peer: Summary,
    peerName: string,
    goal: string,
  ) =>
    measure({
      name: `official: ${name}`,
      metric,
      unit,
      better: "lower",
      ours: ours[key] as number,
      peer: { name: peerName, value: peer[key] as number },
      goal,
    });
  // Where every run of the official action is red, there is neither a lag nor a number of calls to compare.
  if (official.falseRedPercent === 100) return [];
  return [
    row("mean lag", "s", "meanLagSeconds", official, "official", "≤ 2 s"),
    row("p90 lag", "s", "p90LagSeconds", official, "official", "≤ 5 s"),
    row("calls", "calls", "meanCalls", often, "official at 15 s", "≥ 0.67 ×"),
  ];
}

function summarize(all: readonly Run[], row: number): Summary {
  const found = all.filter((run) => run.row === row);
  const green = found.filter((run) => run.green);
  const lags = green.map(({ lagMs }) => lagMs / 1000).sort((one, other) => one - other);
  return {
    meanLagSeconds: mean(lags),
    p90LagSeconds: lags[Math.ceil(lags.length * 0.9) - 1] ?? Number.NaN,
    falseRedPercent: (100 * (found.length - green.length)) / found.length,
    meanCalls: mean(found.map(({ calls }) => calls)),
    complaint: found.find((run) => run.complaint)?.complaint ?? "",
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const program = join(import.meta.dirname, "run-virtually.ts");

async function runVirtually(order: Order): Promise<Run[]> {
  const child = fork(program, [JSON.stringify(order)]);
  const results: Run[] = [];
  child.on("message", (run) => results.push(run as Run));
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0)
    throw new Error(`${order.bundle} under a virtual clock ended with ${code}: see its message above`);
  return results;
}
