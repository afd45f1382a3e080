import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { type Measurement, measure, type Sides } from "../../measurement.ts";
import { grid, kinds } from "./deployments.ts";
import type { Order, Run } from "./run-virtually.ts";

/** Enough runs that another seed hardly changes the p90. */
const runs = 16;
/** Rows at the same time: their processes mostly wait to see that nothing happens any more. */
const workers = 3;
/** Deployments at the same time in one account. */
const fleetSize = 50;

/**
 * Measures how late each side notices a success, and with how many calls: the bundles of the deploy actions as shipped,
 * on a virtual clock. Returns figures of each kind, and a table with each row of the grid.
 */
export async function measureFollowing(bundles: Sides<string>, folder: string) {
  const collect = async (side: keyof typeof bundles) => {
    const own = await mkdtemp(join(folder, "following-"));
    const all: Run[] = [];
    // A process keeps each copy of a bundle that it has evaluated, so no process runs more than a row.
    const rows = grid.keys();
    const work = async () => {
      for (const row of rows)
        all.push(...(await runVirtually({ side, row, runs, bundle: bundles[side], folder: own })));
    };
    await Promise.all(Array.from({ length: workers }, work));
    return all;
  };
  const [ours, peer] = await Promise.all([collect("ours"), collect("peer")]);
  return {
    figures: Object.keys(kinds).flatMap((kind) => figuresOf(kind as keyof typeof kinds, { ours, peer })),
    table: [
      ["deployment", "ours: lag mean / p90", "official: lag mean / p90", "calls, ours / official"],
      ...grid.map(({ kind, name }, row) => rowOf(`${kind}, ${name}`, summariesOf([row], { ours, peer }))),
    ],
  };
}

/** Measures a fleet of deployments at the same time, whose calls share ECS's request rates. */
export async function measureFleet(bundles: Sides<string>, folder: string) {
  const collect = async (order: Pick<Order, "side" | "maxRetries">) =>
    runVirtually({ ...order, row: "fleet", runs: fleetSize, bundle: bundles[order.side], folder });
  const ours = await collect({ side: "ours" });
  const peer = await collect({ side: "peer" });
  const patient = await collect({ side: "peer", maxRetries: 20 });
  const summaries = [ours, peer, patient].map(summarize);
  const row = (name: string, cell: (summary: Summary) => string) => [name, ...summaries.map(cell)];
  return {
    figures: figuresOfFleet({ ours: summarize(ours), peer: summarize(patient) }),
    table: [
      [`${fleetSize} deployments at once`, "ours", "official", "official, max-retries: 20"],
      row("false verdicts", ({ greenPercent }) => `${fleetSize - (fleetSize * greenPercent) / 100}`),
      row("lag mean / p90", lagOf),
      row("throttled calls", ({ throttled }) => `${throttled}`),
      row("calls that follow, of a deployment", ({ meanCalls }) => meanCalls.toFixed(0)),
      row("until all green ones are done", ({ longestSeconds }) => `${longestSeconds.toFixed(0)} s`),
    ],
  };
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

type Summary = ReturnType<typeof summarize>;

/** Summarizes the runs; lags are NaN when no run was green. */
export function summarize(runs: readonly Run[]) {
  const green = runs.filter((run) => run.green);
  const lags = green.map(({ lagMs }) => lagMs / 1000).sort((one, other) => one - other);
  return {
    meanLagSeconds: mean(lags),
    p90LagSeconds: lags[Math.ceil(lags.length * 0.9) - 1] ?? Number.NaN,
    /** Every deployment in them succeeds. */
    greenPercent: (100 * green.length) / runs.length,
    meanCalls: mean(runs.map(({ calls }) => calls)),
    /** Calls of all runs that AWS throttled. */
    throttled: runs.reduce((sum, { throttled }) => sum + throttled, 0),
    longestSeconds: Math.max(...green.map(({ tookMs }) => tookMs / 1000)),
    /** The first error of a run. */
    complaint: runs.find((run) => run.complaint)?.complaint ?? "",
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const summariesOf = (
  rows: readonly Order["row"][],
  { ours, peer }: Sides<readonly Run[]>,
): Sides<Summary> => ({
  ours: summarize(ours.filter(({ row }) => rows.includes(row))),
  peer: summarize(peer.filter(({ row }) => rows.includes(row))),
});

function rowOf(name: string, { ours, peer }: Sides<Summary>): string[] {
  return [name, lagOf(ours), lagOf(peer), (ours.meanCalls / peer.meanCalls).toFixed(2)];
}

function lagOf({ meanLagSeconds, p90LagSeconds, greenPercent, complaint }: Summary): string {
  if (greenPercent === 0) return `never green: ${complaint.slice(0, 100)}`;
  const green = greenPercent < 100 ? `, green in ${greenPercent} %` : "";
  return `${meanLagSeconds.toFixed(1)} / ${p90LagSeconds.toFixed(1)} s${green}`;
}

type Figure = Pick<Measurement, "metric" | "unit" | "better" | "goal">;
const green: Figure = { metric: "seen as green", unit: "%", better: "higher", goal: "≥ 100 %" };

/** Figures over all rows of a kind. Lags and calls are compared where the official action sees the end. */
function figuresOf(kind: keyof typeof kinds, results: Sides<readonly Run[]>): Measurement[] {
  const rows = grid.flatMap((row, index) => (row.kind === kind ? [index] : []));
  const { ours, peer } = summariesOf(rows, results);
  const goals = kinds[kind];
  const compare = (key: Exclude<keyof Summary, "complaint">, figure: Figure) =>
    measure({ name: kind, ...figure, ours: ours[key], peer: { name: "official", value: peer[key] } });
  const lag = (metric: string, key: "meanLagSeconds" | "p90LagSeconds", limit: number) =>
    compare(key, { metric, unit: "s", better: "lower", goal: `≤ ${limit} s` });
  if (peer.greenPercent === 0) return [compare("greenPercent", green)];
  return [
    compare("greenPercent", green),
    lag("mean lag", "meanLagSeconds", goals.mean),
    lag("p90 lag", "p90LagSeconds", goals.p90),
    compare("meanCalls", {
      metric: "calls",
      unit: "calls",
      better: "lower",
      goal: `≥ ${Math.floor(1000 / goals.calls) / 1000} ×`,
    }),
  ];
}

/** No false verdict, and less lag than the official action with enough retries, but never more than 15 s. */
function figuresOfFleet({ ours, peer }: Sides<Summary>): Measurement[] {
  const compare = (key: "greenPercent" | "meanLagSeconds" | "p90LagSeconds", figure: Figure) =>
    measure({ name: "fleet", ...figure, ours: ours[key], peer: { name: "official", value: peer[key] } });
  return [
    compare("greenPercent", green),
    compare("meanLagSeconds", { metric: "mean lag", unit: "s", better: "lower", goal: "≥ 1 ×" }),
    compare("p90LagSeconds", { metric: "p90 lag", unit: "s", better: "lower", goal: "≤ 15 s" }),
  ];
}
