import { orEcsFailure } from "./failure.ts";
import { type Run, serviceOf } from "./run.ts";

/** Interval between checks of whether a draining task set is gone. */
const pollInterval = 5_000;

/** Deletes a task set, even with running tasks, and waits until they are drained and it is gone. */
export async function removeTaskSet(run: Run, id: string): Promise<void> {
  const { aws, clock } = run.environment;
  await orEcsFailure(aws.ecs.deleteTaskSet({ ...serviceOf(run), taskSet: id, force: true }));
  for (;;) {
    const { taskSets = [] } = await orEcsFailure(
      aws.ecs.describeTaskSets({ ...serviceOf(run), taskSets: [id] }),
    );
    if (taskSets.length === 0) return;
    await clock.wait(pollInterval, run.signal);
  }
}
