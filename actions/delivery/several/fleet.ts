import { keepRecord } from "../../core/define-action.ts";
import type { Failure } from "../../core/failure.ts";
import type { Log } from "../../core/log.ts";
import { toFailure } from "../../core/run.ts";
import type { DeliveryContext } from "../context.ts";
import type { Handle } from "../engine.ts";
import { consoleNames, type DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";
import { describeTogether } from "./describe-together.ts";

export type Fleet = ReturnType<typeof openFleet>;

/** Work on one service: as deploy-service does it for one alone. */
type Work = (context: DeliveryContext, inputs: DeployInputs, record: DeploymentRecord) => Promise<void>;

/** Opens the services of a step: they share the polls, the limit of parallel work and the state for the post step. */
export function openFleet(context: DeliveryContext, inputs: DeployInputs) {
  let inProgress = 0;
  const handles = new Map<string, Handle>();
  const ecs = describeTogether(context.clients.ecs, context, () => inProgress);
  const shared: DeliveryContext = { ...context, clients: { ...context.clients, ecs } };

  return {
    context: shared,
    inputsOf: (service: string): DeployInputs => ({
      ...inputs,
      service,
      ...consoleNames(inputs.cluster, service),
      // Schedules are verified once, and belong to no service of the list.
      schedules: service === inputs.services?.[0] ? inputs.schedules : undefined,
    }),
    /** The service's own context: its lines begin with its name. */
    contextOf: (service: string, log: Log = prefixed(context.log, service)): DeliveryContext => ({
      ...shared,
      log,
      keepForPost(handle) {
        if (handle) handles.set(service, handle);
        else handles.delete(service);
        const [first, ...others] = handles.values();
        context.keepForPost(first && { ...first, others });
      },
    }),
    /** Works on the items in their order, on at most so many at once. */
    async run<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
      const left = items.values();
      const count = Math.min(most, items.length);
      inProgress += count;
      const workers = Array.from({ length: count }, async () => {
        for (const item of left) await work(item);
        inProgress -= 1;
      });
      await Promise.all(workers);
    },
  };
}

/** Fills in the record as the step of one service does; returns the reason of a red end. */
export function keepResult(
  context: DeliveryContext,
  inputs: DeployInputs,
  record: DeploymentRecord,
  run: Work,
): Promise<Failure | undefined> {
  const outcome = ({ status }: DeploymentRecord) => `${status}`;
  const parts = { record: () => record, run, publish: async () => {}, outcome };
  return keepRecord(parts, context, inputs).then(
    () => undefined,
    (error) => {
      context.log.info(`${outcome(record)}: ${record.cause}`);
      return toFailure(error, context.signal);
    },
  );
}

export function prefixed(log: Log, service: string): Log {
  return {
    info: (line) => log.info(`${service}: ${line}`),
    notice: (line) => log.notice(`${service}: ${line}`),
    warning: (line) => log.warning(`${service}: ${line}`),
  };
}
