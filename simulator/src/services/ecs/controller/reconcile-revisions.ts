import type { RevisionTaskSet } from "../service-records.ts";
import { liveTasks } from "../state.ts";
import { type Run, waitUntil } from "./run.ts";
import { scaleUp } from "./scale-up.ts";
import { shiftProduction, shiftTest } from "./shift-traffic.ts";
import { perform } from "./stage.ts";

/** If failed deployments left several revisions, keeps only the one to be replaced. */
export async function reconcileRevisions(run: Run): Promise<void> {
  const sources = run.deployment.sources.filter(({ status }) => status !== "DRAINING");
  // An earlier rolling update allotted them tasks one by one.
  for (const { revision } of sources) revision.allotted = undefined;
  const [first, ...others] = sources.toSorted(lastCompletedFirst);
  if (!first || others.length === 0) return;
  await perform(run, "RECONCILE_SERVICE", async () => {
    await scaleUp(run, first);
    if (others.some(({ revision }) => revision.productionWeight)) await shiftProduction(run, first, 100);
    if (others.some(({ revision }) => revision.testWeight)) await shiftTest(run, first);
    for (const other of others) other.status = "DRAINING";
    await waitUntil(run, () => others.every((other) => liveTasks(run.context.state, other).length === 0));
  });
}

function lastCompletedFirst(a: RevisionTaskSet, b: RevisionTaskSet): number {
  const completed = ({ revision }: RevisionTaskSet) => Number(revision.rolloutState === "COMPLETED");
  return completed(b) - completed(a) || b.createdAt.getTime() - a.createdAt.getTime();
}
