import { keepRecord } from "../../core/define-action.ts";
import type { Log } from "../../core/log.ts";
import type { DeliveryContext } from "../context.ts";
import type { Handle } from "../engine.ts";
import { consoleNames, type DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";
import { describeTogether } from "./describe-together.ts";

export type Fleet = ReturnType<typeof openFleet>;

/** Opens the services of a step: they share the polls, the limit of parallel work and the state for the post step. */
export function openFleet(context: DeliveryContext, inputs: DeployInputs) {
  let inProgress = 0;
  const handles = new Map<string, Handle>();
  const ecs = describeTogether(context.clients.ecs, context, () => inProgress);
  return {
    inputsOf: (service: string): DeployInputs => ({
      ...inputs,
      service,
      ...consoleNames(inputs.cluster, service),
    }),
    /** The service's own context: its lines begin with its name. */
    contextOf: (service: string, log?: Log): DeliveryContext => ({
      ...context,
      clients: { ...context.clients, ecs },
      log: log ?? {
        info: (line) => context.log.info(`${service}: ${line}`),
        notice: (line) => context.log.notice(`${service}: ${line}`),
        warning: (line) => context.log.warning(`${service}: ${line}`),
      },
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
      inProgress = Math.min(most, items.length);
      const workers = Array.from({ length: inProgress }, async () => {
        for (const item of left) await work(item);
        inProgress -= 1;
      });
      await Promise.all(workers);
    },
  };
}

/** Fills in the record of one service as the step for it alone does. */
export async function keepResult(
  fleet: Fleet,
  record: DeploymentRecord,
  run: (context: DeliveryContext, inputs: DeployInputs) => Promise<void>,
): Promise<void> {
  const context = fleet.contextOf(record.service);
  const outcome = ({ status }: DeploymentRecord) => `${status}`;
  const parts = { record: () => record, run, publish: async () => {}, outcome };
  await keepRecord(parts, context, fleet.inputsOf(record.service)).catch(() =>
    context.log.info(`${record.status}: ${record.cause}`),
  );
}
