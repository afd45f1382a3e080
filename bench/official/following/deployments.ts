const second = 1_000;
const minute = 60 * second;

/** A deployment as AWS shows it over time; times are milliseconds since its creation. */
export interface Deployment {
  readonly controller: "CODE_DEPLOY" | "ECS";
  /** When all new tasks run. */
  readonly installedAt: number;
  /** When they receive all traffic. */
  readonly shiftedAt: number;
  /** When AWS reports success. */
  readonly endsAt: number;
  /** Minutes between the canary and the rest. */
  readonly canaryMinutes?: number;
  /** ECS shows no task starting or stopping before the end. */
  readonly hidden?: boolean;
  /** Seconds after the last new task runs for which the load balancer keeps all old tasks. */
  readonly drainSeconds?: number;
  /** The role may read that delay from the target group. */
  readonly showsDrain?: boolean;
  /** CodeDeploy counts the tasks of its task sets. */
  readonly counted?: boolean;
  /** Minutes for which both sets of tasks are kept after the shift; undefined if AWS shows no wait at all. */
  readonly keepMinutes?: number;
}

interface Goals {
  /** Seconds of lag. */
  readonly mean: number;
  readonly p90: number;
  /** Ratio to the official action's calls. */
  readonly calls: number;
}
const announced: Goals = { mean: 2, p90: 5, calls: 1.5 };
/** Where AWS shows nothing before the end, closer polling would cost calls during the whole rollout. */
const unannounced: Goals = { mean: 4, p90: 8, calls: 2 };

/** Kinds of deployments, with the goals that the rows of each have together. */
export const kinds = {
  "rolling update": announced,
  "rolling update, drained": announced,
  "rolling update, nothing shown": unannounced,
  CodeDeploy: announced,
  "traffic shifted": announced,
  "traffic shifted, tasks uncounted": unannounced,
  "ECS blue/green": announced,
};

export interface Row {
  readonly kind: keyof typeof kinds;
  readonly name: string;
  /** Set where ours ends before the deployment does; the official action can only wait for the end. */
  readonly until?: "traffic-shifted";
  /** Creates a deployment of this average length; `random` returns numbers from 0 to 1. */
  readonly deploy: (random: () => number) => Deployment;
}

/** Varied by ten seconds so that no polling interval happens to fit. */
const around = (minutes: number, random: () => number) => minutes * minute + (2 * random() - 1) * 10 * second;

/** ECS reports success when the last old tasks are drained and gone, some time after the last new task runs. */
const rolling = (minutes: number): Row => ({
  kind: "rolling update",
  name: `${minutes} min`,
  deploy(random) {
    const endsAt = around(minutes, random);
    const installedAt = endsAt - (20 + 40 * random()) * second;
    return { controller: "ECS", installedAt, shiftedAt: installedAt, endsAt };
  },
});

/** Old tasks are drained together once the new ones run, and then need up to half a minute to stop. */
const draining = (drainSeconds: number, showsDrain: boolean): Row => ({
  kind: "rolling update, drained",
  name: `${drainSeconds} s${showsDrain ? "" : ", delay unknown"}`,
  deploy(random) {
    const installedAt = (2 + random() / 3) * minute;
    const endsAt = installedAt + (drainSeconds + 3 + 27 * random()) * second;
    return { controller: "ECS", installedAt, shiftedAt: installedAt, endsAt, drainSeconds, showsDrain };
  },
});

const hidden = (minutes: number): Row => ({
  kind: "rolling update, nothing shown",
  name: `${minutes} min`,
  deploy(random) {
    const endsAt = around(minutes, random);
    return { controller: "ECS", installedAt: endsAt, shiftedAt: endsAt, endsAt, hidden: true };
  },
});

type Waits = Pick<Deployment, "canaryMinutes" | "keepMinutes">;

/** Tasks start, traffic shifts, the wait passes, and the old tasks end within 30 to 90 seconds. */
const codeDeploy = (name: string, startMinutes: number, waits: Waits): Row => ({
  kind: "CodeDeploy",
  name,
  deploy(random) {
    const { canaryMinutes = 0, keepMinutes = 0 } = waits;
    const installedAt = (startMinutes + random() / 3) * minute;
    const shiftedAt = installedAt + canaryMinutes * minute + (2 + 4 * random()) * second;
    const endsAt = shiftedAt + (keepMinutes + 0.5 + random()) * minute;
    return { controller: "CODE_DEPLOY", installedAt, shiftedAt, endsAt, ...waits };
  },
});

const native = (bakeMinutes: number): Row => ({
  kind: "ECS blue/green",
  name: `bake ${bakeMinutes} min`,
  deploy(random) {
    const installedAt = (2 + random() / 3) * minute;
    const shiftedAt = installedAt + (10 + 10 * random()) * second;
    const endsAt = shiftedAt + bakeMinutes * minute + (20 + 40 * random()) * second;
    return { controller: "ECS", installedAt, shiftedAt, endsAt, keepMinutes: bakeMinutes };
  },
});

const shifted = (row: Row, counted = true): Row => ({
  ...row,
  kind: counted ? "traffic shifted" : "traffic shifted, tasks uncounted",
  name: row.kind === "CodeDeploy" ? row.name : `${row.kind}, ${row.name}`,
  until: "traffic-shifted",
  deploy: (random) => ({ ...row.deploy(random), counted }),
});

const atOnce = codeDeploy("at once, kept 5 min", 2, { keepMinutes: 5 });
const slowStart = codeDeploy("slow start of 15 min", 15, { keepMinutes: 5 });
const canary = codeDeploy("canary 15 min", 2, { canaryMinutes: 15, keepMinutes: 5 });

export const grid: readonly Row[] = [
  ...[2, 8, 25].map(rolling),
  draining(300, true),
  draining(300, false),
  ...[2, 8, 25].map(hidden),
  ...[atOnce, slowStart, canary, codeDeploy("group without waits", 2, {})],
  ...[atOnce, slowStart, canary, native(5)].map((row) => shifted(row)),
  ...[atOnce, slowStart, canary].map((row) => shifted(row, false)),
  native(60),
];
