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
  /** ECS counts a new task too few, and an old one too many, until the end. */
  readonly incomplete?: boolean;
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
const announced: Goals = { mean: 2.3, p90: 4, calls: 2 };

/** Kinds of deployments, with the goals that the rows of each have together. */
export const kinds = {
  "rolling update": announced,
  "rolling update, drained": { mean: 4, p90: 8, calls: 2 },
  "rolling update, counts incomplete": { mean: 4.5, p90: 9, calls: 2 },
  CodeDeploy: announced,
  "traffic shifted": { mean: 4, p90: 8.5, calls: 2 },
  "ECS blue/green": announced,
  "tasks stay up": { mean: 6, p90: 10, calls: 4 },
};

export interface Row {
  readonly kind: keyof typeof kinds;
  readonly name: string;
  /** Set where ours ends before the deployment does; the official action can only wait for the end. */
  readonly until?: "traffic-shifted";
  /** Set where the tasks have to stay up, for the default time, before ours ends; the official action has no such check. */
  readonly settles?: boolean;
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

const incomplete = (minutes: number): Row => ({
  kind: "rolling update, counts incomplete",
  name: `${minutes} min`,
  deploy(random) {
    const endsAt = around(minutes, random);
    return { controller: "ECS", installedAt: endsAt, shiftedAt: endsAt, endsAt, incomplete: true };
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
  kind: "traffic shifted",
  name: `${row.kind === "CodeDeploy" ? "" : `${row.kind}, `}${row.name}${counted ? "" : ", tasks uncounted"}`,
  until: "traffic-shifted",
  deploy: (random) => ({ ...row.deploy(random), counted }),
});

/** With the default of settle-for, whose reads are counted, too; the other rows follow alone. */
const settling = (row: Row): Row => ({
  ...row,
  kind: "tasks stay up",
  name: `${row.kind}, ${row.name}`,
  settles: true,
});

const atOnce = codeDeploy("at once, kept 5 min", 2, { keepMinutes: 5 });
const slowStart = codeDeploy("slow start of 15 min", 15, { keepMinutes: 5 });
const canary = codeDeploy("canary 15 min", 2, { canaryMinutes: 15, keepMinutes: 5 });

export const grid: readonly Row[] = [
  ...[2, 8, 25].map(rolling),
  draining(300, true),
  draining(300, false),
  ...[2, 8, 25].map(incomplete),
  ...[atOnce, slowStart, canary, codeDeploy("group without waits", 2, {})],
  ...[atOnce, slowStart, canary, native(5)].map((row) => shifted(row)),
  ...[atOnce, slowStart].map((row) => shifted(row, false)),
  native(60),
  ...[rolling(2), rolling(8), draining(300, true), atOnce, native(5), shifted(atOnce)].map(settling),
];

/** Rolling updates of many services at the same time. */
export const fleetRow: Row = {
  ...rolling(5),
  settles: true,
  deploy: (random) => rolling(2 + 6 * random()).deploy(random),
};

/** Returns when the new tasks have stayed up: counted from all of them running, or from the shift where there is one. */
export function settledAtOf(
  { until }: Row,
  { controller, installedAt, shiftedAt, keepMinutes = 0 }: Deployment,
): number {
  const hasShift = controller === "CODE_DEPLOY" || keepMinutes > 0;
  const minutes = until ? 1 : Math.min(5, Math.max(1, keepMinutes));
  return (hasShift ? shiftedAt : installedAt) + minutes * minute;
}
