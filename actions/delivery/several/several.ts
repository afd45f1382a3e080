import { formatDuration } from "../../core/duration.ts";
import { Failure } from "../../core/failure.ts";
import { retryOutages } from "../../core/outage-tolerance.ts";
import { counted } from "../../core/summary.ts";
import { findService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import { deployPrepared, marksTogether, registerWanted } from "../deploy.ts";
import type { DeployInputs } from "../inputs.ts";
import { markCommit } from "../order/run-tag.ts";
import { type DeploymentRecord, isGreen, type Status } from "../record.ts";
import { refuseExpired } from "../verify/credentials-life.ts";
import { type Fleet, keepResult, openFleet } from "./fleet.ts";
import { isDeployed, isNotStarted, type ServiceResult, type SeveralRecord } from "./record.ts";
import { type Prepared, verifyAll } from "./verify-all.ts";

/** Verifies all services, registers the revision once, and deploys it to them in parallel. */
export async function deploySeveral(
  context: DeliveryContext,
  inputs: DeployInputs,
  several: SeveralRecord,
): Promise<void> {
  await refuseExpired(context);
  const { unusedAppSpec } = inputs;
  if (unusedAppSpec)
    context.log.notice(`${unusedAppSpec} is not used: each of several services has a generated AppSpec.`);
  const fleet = openFleet(context, inputs);
  const prepared = await verifyAll(fleet, several);
  const records = several.results.map(({ record }) => record);
  if (inputs.mode === "plan") return finish(several, records, "planned");
  const revision = await registerOnce(context, records, prepared);
  if (inputs.waitUntil === "registered") {
    for (const record of records) record.revisionAfter = record.plan?.revision ?? revision;
    return finish(several, records, "registered");
  }
  await deployAll(fleet, inputs, several, { prepared, revision });
  if (several.results.every(isDeployed)) return finishGreen(fleet, inputs, several, { prepared, revision });
  if (inputs.onFailure === "rollback-all" && !context.signal.aborted) {
    const { rollBackAll } = await import("./roll-back-all.ts");
    await rollBackAll(fleet, inputs, several);
  }
  throw failureOf(context, inputs, several);
}

function finish(several: SeveralRecord, records: readonly DeploymentRecord[], status: Status): void {
  for (const record of records) record.status = status;
  several.status = status;
}

/** Returns the one revision for all services that do not have an equal one: the newest equal one, else a new one. */
async function registerOnce(
  context: DeliveryContext,
  records: readonly DeploymentRecord[],
  prepared: ReadonlyMap<DeploymentRecord, Prepared>,
): Promise<string> {
  const [first] = prepared.values();
  if (!first) throw new Error("a list of services has a service");
  const equal = records.flatMap(({ plan }) => plan?.revision ?? []);
  const numberOf = (arn: string) => Number(arn.split(":").at(-1));
  const newest = equal.toSorted((one, other) => numberOf(other) - numberOf(one))[0];
  const plan = records.find((record) => record.plan?.revision === newest)?.plan;
  return registerWanted(context, first.wanted, plan);
}

interface Wanted {
  readonly prepared: ReadonlyMap<DeploymentRecord, Prepared>;
  readonly revision: string;
}

/** Deploys to one service after the other as there is room, until one fails. */
async function deployAll(
  fleet: Fleet,
  inputs: DeployInputs,
  several: SeveralRecord,
  { prepared, revision }: Wanted,
): Promise<void> {
  const { clock, signal } = fleet.context;
  let isStopped = false;
  await fleet.run(several.results, inputs.maxParallel ?? 1, async ({ record }) => {
    const leftMs = inputs.deadlineMs && several.startedAt + inputs.deadlineMs - clock.now();
    const found = prepared.get(record);
    if (isStopped || signal.aborted || !found || (leftMs !== undefined && leftMs <= 0)) return;
    const { service } = record;
    const own = record.plan?.revision ?? revision;
    const budget = leftMs === undefined ? found.budget : { ms: leftMs, given: true };
    const failure = await keepResult(fleet.contextOf(service), fleet.inputsOf(service), record, (...given) =>
      deployPrepared(...given, { ...found, budget, revision: own }),
    );
    isStopped ||= failure !== undefined;
  });
}

/** What belongs to the whole list follows when all of it is green. */
async function finishGreen(
  fleet: Fleet,
  inputs: DeployInputs,
  several: SeveralRecord,
  { prepared, revision }: Wanted,
): Promise<void> {
  const { context } = fleet;
  const records = several.results.map(({ record }) => record);
  several.status = records.find(({ status }) => status !== "succeeded")?.status ?? "succeeded";
  const [first] = prepared.values();
  if (first?.schedules) {
    const { moveSchedules } = await import("../schedules/move.ts");
    await moveSchedules(context, first.schedules, revision, several);
  }
  if (marksTogether(inputs) && context.run?.commit)
    await fleet.run(records, 10, async ({ service }) => {
      const own = fleet.contextOf(service);
      const where = fleet.inputsOf(service);
      await markCommit(own, await retryOutages(own, () => findService(own, where)));
    });
  const { keptRevisions } = inputs;
  if (keptRevisions === undefined) return;
  const { deregisterOldRevisions } = await import("../deregister-old-revisions.ts");
  await deregisterOldRevisions(context, keptRevisions, records);
}

/** A long list of causes is in the summary. */
const mostCauses = 3;

/** Sets the status of the step, and returns the reasons of the failed services with what became of the others. */
function failureOf({ signal }: DeliveryContext, inputs: DeployInputs, several: SeveralRecord): Failure {
  const { results } = several;
  const failed = results.filter(({ record }) => record.status && !isGreen(record));
  const causes = failed.slice(0, mostCauses).map(({ record }) => `${record.service}: ${record.cause}`);
  const more = failed.length - causes.length;
  const all = [...causes, ...(more > 0 ? [`${more} more failed`] : [])].join("; ");
  several.status = statusOf(several, signal.aborted);
  const reason = all || reasonToEnd(signal, inputs);
  const fate = fateOf(results, inputs);
  const fix = failed[0]?.record.fix ?? "";
  return new Failure(`${reason} (${fate})`, { nextStep: fix || "run this job again." });
}

function reasonToEnd(signal: AbortSignal, { deadlineMs = 0 }: DeployInputs): string {
  if (signal.aborted) return (signal.reason as Error).message.replace(/\.$/, "");
  return `The deadline of ${formatDuration(deadlineMs)} passed before every service was deployed`;
}

/** Is one service's own status where all that failed agree. */
function statusOf({ results }: SeveralRecord, isCancelled: boolean): Status {
  if (isCancelled) return "cancelled";
  const failed = results.flatMap(({ record }) => (record.status && !isGreen(record) ? record.status : []));
  const [first = "timed-out"] = failed;
  return failed.every((status) => status === first) ? first : "failed";
}

/** Returns what became of the services that did not fail. */
function fateOf(results: readonly ServiceResult[], { onFailure = "stop" }: DeployInputs): string {
  const names = (of: readonly ServiceResult[]) => of.map(({ record }) => record.service).join(", ");
  const deployed = results.filter(isDeployed);
  const back = results.filter(({ rollback }) => rollback && isGreen(rollback));
  const stuck = results.filter(({ rollback }) => rollback && !isGreen(rollback));
  const idle = results.filter(isNotStarted);
  const parts = [
    deployed.length > 0 && `${counted(deployed.length, "service")} deployed: ${names(deployed)}`,
    back.length > 0 && `${counted(back.length, "service")} rolled back: ${names(back)}`,
    ...stuck.map(({ record, rollback }) => `${record.service} was not rolled back: ${rollback?.cause}`),
    idle.length > 0 && `${counted(idle.length, "service")} not started: ${names(idle)}`,
    `on-failure: ${onFailure}`,
  ];
  return parts.filter(Boolean).join("; ");
}
