import {
  isRevision,
  ongoingDeployment,
  type RevisionTaskSet,
  type ServiceRecord,
} from "../service-records.ts";
import { addServiceEvent, type EcsContext, liveTasks } from "../state.ts";
import { type Observation, observeTaskSet, settleTaskSet } from "./task-set.ts";

/** AWS time between two health checks of a service that is not in its desired state. */
const unsteadyPollMs = 5_000;
/** The same for a service in its desired state: only detects targets that become unhealthy. */
const steadyPollMs = 15_000;

/** The scheduler of ECS services: starts and stops real tasks until each service has its desired state. */
interface ServiceController {
  /** Checks the service again, soon. */
  wake(service: ServiceRecord): void;
  /** Starts nothing any more; resolves when the last check has ended. */
  close(): Promise<void>;
}

export function createServiceController(context: EcsContext): ServiceController {
  const watched = new Map<ServiceRecord, Watch>();
  return {
    wake(service) {
      if (context.closing.aborted) return;
      let watch = watched.get(service);
      if (!watch) {
        watch = startWatch(context, service);
        watched.set(service, watch);
        watch.ended.finally(() => watched.delete(service));
      }
      watch.wake();
    },
    async close() {
      const watches = [...watched.values()];
      for (const { wake } of watches) wake();
      await Promise.all(watches.map(({ ended }) => ended));
    },
  };
}

interface Watch {
  wake(): void;
  readonly ended: Promise<void>;
}

/** Checks one service when woken and from time to time, until it is INACTIVE or the simulator closes. */
function startWatch(context: EcsContext, service: ServiceRecord): Watch {
  let woken = Promise.withResolvers<void>();
  const run = async () => {
    while (!context.closing.aborted && service.status !== "INACTIVE") {
      const timer = new AbortController();
      const wait = context.environment.clock.wait(
        service.steady ? steadyPollMs : unsteadyPollMs,
        timer.signal,
      );
      await Promise.race([woken.promise, wait]);
      // Without a reason it would be an exception with its stack, several times a second.
      timer.abort("woken");
      await wait.catch(() => {});
      woken = Promise.withResolvers();
      if (context.closing.aborted) return;
      await reconcile(context, service).catch((error) =>
        context.environment.warn(`service ${service.name}: ${error.message}`),
      );
    }
  };
  return { wake: () => woken.resolve(), ended: run() };
}

async function reconcile(context: EcsContext, service: ServiceRecord): Promise<void> {
  const observed = await Promise.all(
    service.taskSets.map((taskSet) => observeTaskSet({ context, service, taskSet })),
  );
  allotTasks(context, service, observed);
  for (const observation of observed) settleTaskSet(observation);
  for (const { taskSet } of observed)
    if (taskSet.status === "DRAINING" && liveTasks(context.state, taskSet).length === 0)
      service.taskSets.splice(service.taskSets.indexOf(taskSet), 1);
  if (service.status === "DRAINING" && service.taskSets.length === 0) service.status = "INACTIVE";
  noteSteadiness(context, service);
}

function noteSteadiness(context: EcsContext, service: ServiceRecord): void {
  const steady =
    ongoingDeployment(service) === undefined &&
    service.taskSets.every(
      ({ status, stabilityStatus }) => status !== "DRAINING" && stabilityStatus === "STEADY_STATE",
    );
  if (steady && !service.steady && service.status === "ACTIVE")
    addServiceEvent(context, service, "has reached a steady state.");
  service.steady = steady;
}

type RevisionObservation = Observation & { readonly taskSet: RevisionTaskSet };

/** Sets the next number of tasks of each revision in a rolling update of a service. */
function allotTasks(context: EcsContext, service: ServiceRecord, observed: readonly Observation[]): void {
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

interface RollingState {
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
interface RollingPlan {
  readonly primary: number;
  readonly others: readonly number[];
}

/**
 * Returns the next step of a rolling update. A new task starts if the maximum allows; an old one stops when a new one
 * has replaced it or, down to the minimum, to make room (API reference, DeploymentConfiguration: the minimum is rounded
 * up, the maximum down).
 *
 * @internal
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
