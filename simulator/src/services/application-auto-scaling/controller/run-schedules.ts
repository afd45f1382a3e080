import type { Clock } from "../../../clock.ts";
import { addActivity } from "../activities.ts";
import { parseSchedule } from "../schedule.ts";
import type { ScalableTarget, ScalingState, ScheduledAction } from "../state.ts";

/** Shorter than the maximum of Node's timers; schedules further ahead are checked again after it. */
const longestWaitMs = 86_400_000;

export interface ScheduleRunner {
  start(action: ScheduledAction): void;
  close(): void;
}

/**
 * Runs scheduled actions. Once an action is created, its time passes as every wait of AWS does: at a time scale of 60,
 * an action scheduled for ten minutes ahead runs in ten seconds.
 */
export function createScheduleRunner(
  state: ScalingState,
  bringIntoRange: (target: ScalableTarget) => void,
): ScheduleRunner {
  const closing = new AbortController();
  const { clock, warn } = state.environment;
  const run = async (scheduled: ScheduledAction) => {
    const signal = AbortSignal.any([closing.signal, scheduled.control.signal]);
    for await (const _ of times(scheduled, clock, signal)) perform(state, scheduled, bringIntoRange);
  };
  return {
    start(scheduled) {
      run(scheduled).catch((error) => {
        if (!closing.signal.aborted && !scheduled.control.signal.aborted)
          warn(`scheduled action ${scheduled.name} happens no more: ${error}`);
      });
    },
    close: () => closing.abort(),
  };
}

/** Yields when the action is due: at its start time, and then by its schedule. */
async function* times(
  { schedule, startTime, endTime }: ScheduledAction,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Date> {
  const { next } = parseSchedule(schedule);
  const origin = clock.now();
  const isAhead = startTime !== undefined && startTime > origin;
  for (let due = isAhead ? startTime : next(origin); due !== undefined; due = next(due)) {
    if (endTime && due > endTime) return;
    await waitUntil(due, origin, clock, signal);
    yield due;
  }
}

async function waitUntil(due: Date, origin: Date, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    const passed = (clock.now().getTime() - origin.getTime()) * clock.scale;
    const left = due.getTime() - origin.getTime() - passed;
    if (left <= 0) return;
    await clock.wait(Math.min(left, longestWaitMs * clock.scale), signal);
  }
}

/** Sets the target's range, as a user would, which may change the desired count. */
function perform(
  state: ScalingState,
  { name, resourceId, action }: ScheduledAction,
  bringIntoRange: (target: ScalableTarget) => void,
): void {
  const target = state.targets.get(resourceId);
  if (!target || target.suspended.ScheduledScalingSuspended) return;
  const { MinCapacity: minimum = target.minimum, MaxCapacity: maximum = target.maximum } = action;
  const what = [
    ...(action.MinCapacity === undefined ? [] : [`min capacity to ${minimum}`]),
    ...(action.MaxCapacity === undefined ? [] : [`max capacity to ${maximum}`]),
  ].join(" and ");
  const isRange = minimum <= maximum;
  if (isRange) Object.assign(target, { minimum, maximum });
  addActivity(state, resourceId, {
    Description: `Setting ${what}`,
    Cause: `scheduled action name ${name} was triggered`,
    StatusCode: isRange ? "Successful" : "Failed",
    StatusMessage: isRange
      ? `Successfully set ${what}`
      : `Failed to set ${what}. Reason: Maximum capacity cannot be less than minimum capacity: ${maximum} is less than ${minimum}.`,
  });
  if (isRange) bringIntoRange(target);
}
