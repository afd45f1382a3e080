const second = 1_000;
const minute = 60 * second;

/** The moment of a request to AWS, in milliseconds. */
export interface Moment {
  readonly createdAt: number;
  /** Since the deployment was created; negative before. */
  readonly elapsed: number;
}

/** Responses that depend on the moment; a call of those in `beginning` begins the deployment. */
export interface TimedAnswers {
  readonly beginning: string;
  readonly answers: Readonly<Record<string, (moment: Moment) => object>>;
}

/** State that AWS shows of a deployment over time; times are milliseconds since its creation. */
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
  readonly drainTold?: boolean;
  /** CodeDeploy counts the tasks of its task sets. */
  readonly counted?: boolean;
  /** Minutes for which both sets of tasks are kept after the shift; undefined if AWS shows no wait at all. */
  readonly keepMinutes?: number;
}

/** The engine of the deployment; the figures are reported per kind. */
export type Kind =
  | "rolling updates"
  | "rolling, long drain"
  | "rolling, shown nothing"
  | "CodeDeploy"
  | "traffic-shifted"
  | "traffic-shifted, tasks uncounted"
  | "ECS blue/green";

export interface Row {
  readonly kind: Kind;
  /** Name of the row, shown with its kind. */
  readonly name: string;
  /** Number of the defect in docs/benchmarks.md, which lists defects that users of the official actions report. */
  readonly defect: number;
  /** Input of the official action. */
  readonly waitForMinutes: number;
  /** Set where ours ends before the deployment does; the official action can only wait for the end. */
  readonly until?: "traffic-shifted";
  /** Creates a deployment of this average length; `random` returns numbers from 0 to 1. */
  readonly deploy: (random: () => number) => Deployment;
}

/**
 * A rolling update of this many minutes, varied by ten seconds so that no polling interval happens to fit. ECS reports
 * success when the last old tasks are drained and gone, some time after the last new task runs.
 */
const rolling = (waitForMinutes: number, minutes: number): Row => ({
  kind: "rolling updates",
  name: `${minutes} min`,
  defect: 1,
  waitForMinutes,
  deploy(random) {
    const endsAt = minutes * minute + (2 * random() - 1) * 10 * second;
    const installedAt = endsAt - (20 + 40 * random()) * second;
    return { controller: "ECS", installedAt, shiftedAt: installedAt, endsAt };
  },
});

/** Old tasks are drained together once the new ones run, and then need up to half a minute to stop. */
const draining = (drainSeconds: number, drainTold: boolean): Row => ({
  kind: "rolling, long drain",
  name: `drain ${drainSeconds} s${drainTold ? "" : ", delay unknown"}`,
  defect: 1,
  waitForMinutes: 30,
  deploy(random) {
    const installedAt = (2 + random() / 3) * minute;
    const endsAt = installedAt + (drainSeconds + 3 + 27 * random()) * second;
    return { controller: "ECS", installedAt, shiftedAt: installedAt, endsAt, drainSeconds, drainTold };
  },
});

const hidden = (minutes: number): Row => ({
  kind: "rolling, shown nothing",
  name: `${minutes} min`,
  defect: 1,
  waitForMinutes: 30,
  deploy(random) {
    const endsAt = minutes * minute + (2 * random() - 1) * 10 * second;
    return { controller: "ECS", installedAt: endsAt, shiftedAt: endsAt, endsAt, hidden: true };
  },
});

const shifted = (row: Row, counted = true): Row => ({
  ...row,
  kind: counted ? "traffic-shifted" : "traffic-shifted, tasks uncounted",
  name: `${row.kind}, ${row.name}`,
  until: "traffic-shifted",
  deploy: (random) => ({ ...row.deploy(random), counted }),
});

interface CodeDeployRow
  extends Pick<Row, "name" | "defect">,
    Pick<Deployment, "canaryMinutes" | "keepMinutes"> {
  readonly waitForMinutes?: number;
  readonly startMinutes: number;
}

/** Tasks start, traffic shifts, the wait passes, and the old tasks end within 30 to 90 seconds. */
const codeDeploy = ({ name, defect, waitForMinutes = 30, startMinutes, ...waits }: CodeDeployRow): Row => ({
  kind: "CodeDeploy",
  name,
  defect,
  waitForMinutes,
  deploy(random) {
    const { canaryMinutes = 0, keepMinutes = 0 } = waits;
    const installedAt = (startMinutes + random() / 3) * minute;
    const shiftedAt = installedAt + canaryMinutes * minute + (2 + 4 * random()) * second;
    const endsAt = shiftedAt + (keepMinutes + 0.5 + random()) * minute;
    return { controller: "CODE_DEPLOY", installedAt, shiftedAt, endsAt, ...waits };
  },
});

const native = (waitForMinutes: number, bakeMinutes: number): Row => ({
  kind: "ECS blue/green",
  name: `bake ${bakeMinutes} min`,
  defect: 5,
  waitForMinutes,
  deploy(random) {
    const installedAt = (2 + random() / 3) * minute;
    const shiftedAt = installedAt + (10 + 10 * random()) * second;
    const endsAt = shiftedAt + bakeMinutes * minute + (20 + 40 * random()) * second;
    return { controller: "ECS", installedAt, shiftedAt, endsAt, keepMinutes: bakeMinutes };
  },
});

const atOnce = codeDeploy({ name: "at once, kept 5 min", defect: 1, startMinutes: 2, keepMinutes: 5 });
const slowStart = codeDeploy({
  name: "at once, slow start, kept 5 min",
  defect: 1,
  startMinutes: 15,
  keepMinutes: 5,
});
const canary = codeDeploy({
  name: "canary 15 min",
  defect: 1,
  startMinutes: 2,
  canaryMinutes: 15,
  keepMinutes: 5,
});

/** The first five are the grid on which the official waiter's lag was measured before. */
export const grid: readonly Row[] = [
  rolling(30, 2),
  rolling(30, 8),
  rolling(30, 25),
  rolling(10, 6),
  rolling(10, 8),
  draining(300, true),
  draining(300, false),
  draining(120, true),
  hidden(2),
  hidden(8),
  hidden(25),
  atOnce,
  slowStart,
  canary,
  codeDeploy({
    name: "canary 15 min",
    defect: 9,
    waitForMinutes: 10,
    startMinutes: 2,
    canaryMinutes: 15,
    keepMinutes: 5,
  }),
  codeDeploy({ name: "at once, group without waits", defect: 2, startMinutes: 2 }),
  shifted(atOnce),
  shifted(slowStart),
  shifted(canary),
  shifted(native(30, 5)),
  shifted(atOnce, false),
  shifted(slowStart, false),
  shifted(canary, false),
  native(30, 60),
];
