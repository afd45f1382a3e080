import { ongoingDeployment, type ServiceRecord } from "../service-records.ts";
import { addServiceEvent, type EcsContext, liveTasks } from "../state.ts";
import { allotTasks } from "./allot-tasks.ts";
import { observeTaskSet, settleTaskSet } from "./task-set.ts";

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
