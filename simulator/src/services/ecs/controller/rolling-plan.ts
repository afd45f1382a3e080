export interface RollingState {
  readonly desired: number;
  /** Per cent of `desired` that must stay healthy, and the maximum that may run or start at once. */
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** Tasks of the revision that gets all tasks. */
  readonly primary: Tasks;
  /** Tasks of the revisions that lose theirs; the first keeps its tasks longest. */
  readonly others: readonly Tasks[];
}

/** `healthy` of the `active` ones. */
interface Tasks {
  readonly active: number;
  readonly healthy: number;
}

/** Next number of tasks of each revision. */
export interface RollingPlan {
  readonly primary: number;
  readonly others: readonly number[];
}

/**
 * Returns the next step of a rolling update. A new task starts if the maximum allows; an old one stops when a new one
 * has replaced it or, down to the minimum, to make room (API reference, DeploymentConfiguration: the minimum is rounded
 * up, the maximum down).
 */
export function planRolling(state: RollingState): RollingPlan {
  const { desired, primary, others } = state;
  const floor = Math.ceil((desired * state.minimumHealthyPercent) / 100);
  const ceiling = Math.floor((desired * state.maximumPercent) / 100);
  const healthyOthers = others.reduce((sum, { healthy }) => sum + healthy, 0);
  const needed = Math.min(Math.max(floor - primary.healthy, 0), healthyOthers);
  const wanted = Math.min(desired - primary.healthy, ceiling - desired);
  let left = Math.max(needed, wanted, 0);
  const kept = others.map(({ active }) => {
    const count = Math.min(active, left);
    left -= count;
    return count;
  });
  const room = ceiling - kept.reduce((sum, count) => sum + count, 0);
  return { primary: Math.min(desired, Math.max(room, primary.active)), others: kept };
}
