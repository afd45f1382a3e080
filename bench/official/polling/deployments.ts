const second = 1_000;
const minute = 60 * second;

/** What AWS would tell of a deployment at a moment; times are milliseconds since its creation. */
export interface Deployment {
  readonly controller: "CODE_DEPLOY" | "ECS";
  /** When the new tasks are all there. */
  readonly installedAt: number;
  /** When all traffic goes to them. */
  readonly shiftedAt: number;
  /** When AWS calls it a success. */
  readonly endsAt: number;
  /** Minutes between canary and rest. */
  readonly canaryMinutes?: number;
  /** Minutes for which both sets of tasks are kept after the shift; undefined: no wait is told at all. */
  readonly keepMinutes?: number;
}

/** What carries the deployment out; the figures are told of each. */
export type Kind = "rolling updates" | "CodeDeploy" | "ECS blue/green";

export interface Row {
  readonly kind: Kind;
  /** Beside the kind. */
  readonly name: string;
  /** Number in the list of what users of the official actions report, which docs/benchmarks.md has. */
  readonly defect: number;
  /** Input of the official action. */
  readonly waitForMinutes: number;
  /** Of this length on average; `random` answers numbers from 0 to 1. */
  readonly deploy: (random: () => number) => Deployment;
}

/**
 * A rolling update of this many minutes, give or take ten seconds, so that no pace happens to fit. ECS calls it a
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

interface CodeDeployRow
  extends Pick<Row, "name" | "defect">,
    Pick<Deployment, "canaryMinutes" | "keepMinutes"> {
  readonly waitForMinutes?: number;
  readonly startMinutes: number;
}

/** Tasks that start, the shift, the wait, and the end of the old tasks, which takes half a minute to one and a half. */
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

/** The first five are the grid on which the official waiter's lag was measured before. */
export const grid: readonly Row[] = [
  rolling(30, 2),
  rolling(30, 8),
  rolling(30, 25),
  rolling(10, 6),
  rolling(10, 8),
  codeDeploy({ name: "at once, kept 5 min", defect: 1, startMinutes: 2, keepMinutes: 5 }),
  codeDeploy({ name: "at once, slow start, kept 5 min", defect: 1, startMinutes: 15, keepMinutes: 5 }),
  codeDeploy({ name: "canary 15 min", defect: 1, startMinutes: 2, canaryMinutes: 15, keepMinutes: 5 }),
  codeDeploy({
    name: "canary 15 min",
    defect: 9,
    waitForMinutes: 10,
    startMinutes: 2,
    canaryMinutes: 15,
    keepMinutes: 5,
  }),
  codeDeploy({ name: "at once, group tells no waits", defect: 2, startMinutes: 2 }),
  native(30, 60),
];
