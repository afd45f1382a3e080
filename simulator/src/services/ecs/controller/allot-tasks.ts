import {
  isRevision,
  ongoingDeployment,
  type RevisionTaskSet,
  type ServiceRecord,
} from "../service-records.ts";
import type { EcsContext } from "../state.ts";
import { planRolling } from "./rolling-plan.ts";
import { addServiceEvent } from "./service-events.ts";
import type { Observation } from "./task-set.ts";

type RevisionObservation = Observation & { readonly taskSet: RevisionTaskSet };

/** Sets the next number of tasks of each revision in a rolling update of a service. */
export function allotTasks(
  context: EcsContext,
  service: ServiceRecord,
  observed: readonly Observation[],
): void {
  const deployment = service.deployments[0];
  if (deployment?.configuration.strategy !== "ROLLING" || service.status !== "ACTIVE") return;
  if (deployment.status === "PENDING") return;
  const revisions = observed.filter((each): each is RevisionObservation => isRevision(each.taskSet));
  const primary = revisions.find(({ taskSet }) => taskSet.status === "PRIMARY");
  if (!primary || primary.taskSet.revision.halted) return;
  const others = revisions.filter((each) => each !== primary).toSorted(completedFirst);
  const plan = planRolling({
    desired: service.desiredCount,
    minimumHealthyPercent: deployment.configuration.minimumHealthyPercent,
    maximumPercent: deployment.configuration.maximumPercent,
    primary: countOf(primary),
    others: others.map(countOf),
  });
  primary.taskSet.revision.allotted = plan.primary;
  for (const [index, { taskSet }] of others.entries()) {
    taskSet.revision.allotted = plan.others[index];
    if (plan.others[index] === 0) taskSet.status = "DRAINING";
  }
  if (
    plan.primary === 0 &&
    service.desiredCount > 0 &&
    others.every(({ active }, i) => active.length === plan.others[i])
  )
    warnOfDeadlock(context, service);
}

const countOf = ({ active, healthy }: Observation) => ({ active: active.length, healthy: healthy.size });

function completedFirst(a: RevisionObservation, b: RevisionObservation): number {
  const completed = ({ taskSet }: RevisionObservation) =>
    Number(taskSet.revision.rolloutState === "COMPLETED");
  return completed(b) - completed(a);
}

const deadlock =
  "was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";

function warnOfDeadlock(context: EcsContext, service: ServiceRecord): void {
  const reported = service.events[0]?.message?.endsWith(deadlock);
  if (!reported && ongoingDeployment(service)) addServiceEvent(context, service, deadlock);
}
