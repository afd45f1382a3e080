import { Failure } from "../../core/failure.ts";
import { shortRevision } from "../../ecs/revision.ts";
import type { DeliveryContext } from "../context.ts";
import { upperFirst } from "../deployment/deployment.ts";
import type { Engine, RunningDeployment, Snapshot } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";
import type { Settling } from "../settle/settle.ts";
import { createSightReader } from "../settle/sight.ts";
import { findMissing, findSides, findTestUrl } from "./load-balancer.ts";
import { revisionInProduction, waitOf } from "./newest.ts";

interface Ready {
  readonly inputs: DeployInputs;
  readonly record: DeploymentRecord;
  readonly revision: string;
  readonly running: RunningDeployment;
  readonly engine: Pick<Engine, "listeners">;
}

const pauseMs = 5_000;

/**
 * Returns a function that names what keeps the new tasks from being healthy behind the test listener without production
 * traffic; "" for nothing. AWS's state of the deployment alone does not show that: the load balancer is read itself.
 */
export function createReadyReader(context: DeliveryContext, ready: Ready) {
  const { look } = createSightReader(context, new Set());
  const { inputs, record, revision, running, engine } = ready;
  return async ({ startedBy }: Pick<Snapshot, "startedBy">): Promise<string> => {
    const sight = await look({ ...inputs, revision, startedBy }, true);
    const { service, production } = sight.service;
    const green = service.taskSets?.find(({ id }) => id === startedBy);
    const tasks = green?.computedDesiredCount ?? production.desiredCount;
    const sides = await findSides(context, running, startedBy, service, engine.listeners());
    const missing = await Promise.all(sides.map((each) => findMissing(context, each, tasks)));
    if (sides.length === 0) missing.push("AWS does not show the listeners of the service");
    if (sight.isShared) missing.push("tasks of another revision are in the target group of the new ones");
    const why = [sight.missing, sight.unhealthy, ...missing].filter(Boolean).join("; ");
    const [first] = sides;
    if (why || !first) return why;
    const { url, notes } = await findTestUrl(context, first);
    record.testUrl = url;
    record.notes.push(...notes);
    record.production = [revisionInProduction(sight.service)];
    return "";
  };
}

/** Creates the check that a step waits for whose deployment shall be ready. */
export function createReadyCheck(context: DeliveryContext, ready: Ready): Settling {
  const findWhy = createReadyReader(context, ready);
  let dueAt = 0;
  const check = {
    why: "",
    triggeredAlarms: [],
    hasEnded: false,
    endsAt: 0,
    pauseMs: () => Math.max(10, dueAt - context.clock.now()),
    async poll(course: Parameters<Settling["poll"]>[0], reached: boolean) {
      if (!reached) return "off" as const;
      // The end of the step reports a deployment that no longer waits.
      if (course.stage !== "ready") return "settled" as const;
      if (context.clock.now() < dueAt) return "waiting" as const;
      dueAt = context.clock.now() + pauseMs;
      check.why = await findWhy(course);
      return check.why ? ("waiting" as const) : ("settled" as const);
    },
    report() {},
  };
  return check;
}

/** Ends a step green whose deployment waits, with what comes next. */
export function reportReady(
  { log }: DeliveryContext,
  record: DeploymentRecord,
  { name }: RunningDeployment,
  snapshot: Snapshot,
): void {
  const what = `${upperFirst(name)} of ${shortRevision(record.revisionAfter)}`;
  if (snapshot.stage !== "ready") {
    record.status = "superseded";
    throw new Failure(`${what} no longer waits: somebody continued it, or its time-out did`, {
      nextStep: "follow it to its end with mode: continue, or roll it back with the action rollback-service.",
    });
  }
  record.status = "ready";
  const line = `${what} ${waitOf({ snapshot })}. Continue it with mode: continue, or end it with the action rollback-service.`;
  record.notes.push(line);
  log.notice(record.testUrl ? `${line} Test it at ${record.testUrl}` : line);
}
