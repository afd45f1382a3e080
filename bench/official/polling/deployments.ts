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
  /** Minutes for which both sets of tasks are kept after the shift. */
  readonly keepMinutes?: number;
}

export interface Row {
  readonly name: string;
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
  name: `rolling, ${minutes} min`,
  waitForMinutes,
  deploy(random) {
    const endsAt = minutes * minute + (2 * random() - 1) * 10 * second;
    const installedAt = endsAt - (20 + 40 * random()) * second;
    return { controller: "ECS", installedAt, shiftedAt: installedAt, endsAt };
  },
});

/** Tasks that start within `startMinutes`, the shift, the wait, and the end of the old tasks, half a minute to a minute and a half. */
const codeDeploy = (waitForMinutes: number, name: string, startMinutes: number, canaryMinutes = 0): Row => ({
  name,
  waitForMinutes,
  deploy(random) {
    const installedAt = (startMinutes + random() / 3) * minute;
    const shiftedAt = installedAt + canaryMinutes * minute + (2 + 4 * random()) * second;
    const keepMinutes = 5;
    const endsAt = shiftedAt + (keepMinutes + 0.5 + random()) * minute;
    return { controller: "CODE_DEPLOY", installedAt, shiftedAt, endsAt, canaryMinutes, keepMinutes };
  },
});

const native = (waitForMinutes: number, bakeMinutes: number): Row => ({
  name: `ECS blue/green, bake ${bakeMinutes} min`,
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
  codeDeploy(30, "CodeDeploy at once, kept 5 min", 2),
  codeDeploy(30, "CodeDeploy at once, slow start, kept 5 min", 15),
  codeDeploy(30, "CodeDeploy canary 15 min, kept 5 min", 2, 15),
  codeDeploy(10, "CodeDeploy canary 15 min, kept 5 min, wait 10", 2, 15),
  native(30, 60),
];
