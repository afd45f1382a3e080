import { Failure } from "../../core/failure.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import { deployPrepared, marksTogether, registerWanted } from "../deploy.ts";
import type { DeployInputs } from "../inputs.ts";
import { markCommit } from "../order/run-tag.ts";
import { type DeploymentRecord, isGreen } from "../record.ts";
import { resultOf } from "../verdict.ts";
import { refuseExpired } from "../verify/credentials-life.ts";
import { type Fleet, keepResult, openFleet } from "./fleet.ts";
import { type Prepared, verifyAll } from "./verify-all.ts";

/** Verifies all services, registers the revision once, and deploys it to them in parallel. */
export async function deploySeveral(
  context: DeliveryContext,
  inputs: DeployInputs,
  several: DeploymentRecord,
): Promise<void> {
  const { mode, unusedAppSpec, onFailure } = inputs;
  const records = several.services;
  await refuseExpired(context);
  if (unusedAppSpec)
    context.log.notice(`${unusedAppSpec} is not used: each of several services has a generated AppSpec.`);
  const fleet = openFleet(context, inputs);
  try {
    const prepared = await verifyAll(context, fleet, several);
    if (mode === "plan") for (const record of records) record.status = "planned";
    const deployed = mode === "plan" ? [] : await deployAll(context, fleet, inputs, several, prepared);
    if (records.every(isGreen)) return await finish(context, fleet, inputs, several, prepared, deployed);
    if (onFailure === "rollback-all" && !context.signal.aborted) {
      const { rollBackAll } = await import("./roll-back-all.ts");
      await rollBackAll(fleet, inputs, records);
    }
    throw failureOf(context, several);
  } finally {
    gather(several, records);
  }
}

/** Deploys one revision to one service after the other as there is room, until one fails. Returns the green services. */
async function deployAll(
  context: DeliveryContext,
  fleet: Fleet,
  { maxParallel = 1, deadlineMs = Number.POSITIVE_INFINITY }: DeployInputs,
  { services, startedAt }: DeploymentRecord,
  prepared: ReadonlyMap<DeploymentRecord, Prepared>,
): Promise<RunningService[]> {
  const deployed: RunningService[] = [];
  const shared = await registerOnce(context, prepared);
  let isStopped = false;
  await fleet.run(services, maxParallel, async (record) => {
    const leftMs = startedAt + deadlineMs - context.clock.now();
    const found = prepared.get(record);
    if (isStopped || context.signal.aborted || !found || leftMs <= 0) return;
    const revision = record.plan?.revision ?? shared;
    const budget = found.budget.given ? { ms: leftMs, given: true } : found.budget;
    await keepResult(fleet, record, async (own, inputs) => {
      const deployment = { engine: found.engine, budget, revision };
      const service = await deployPrepared(own, inputs, record, deployment);
      if (service) deployed.push(service);
    });
    isStopped ||= !isGreen(record);
  });
  return deployed;
}

/** Returns the revision for all services without an equal one: the newest equal one of the others, else a new one. */
function registerOnce(
  context: DeliveryContext,
  prepared: ReadonlyMap<DeploymentRecord, Prepared>,
): Promise<string> {
  const numberOf = ({ plan }: DeploymentRecord) => Number(plan?.revision?.split(":").at(-1) ?? 0);
  const [first] = [...prepared].toSorted(([one], [other]) => numberOf(other) - numberOf(one));
  if (!first) throw new Error("a list of services has a service");
  const [{ plan }, { wanted }] = first;
  return registerWanted(context, wanted, plan);
}

/** Does what belongs to the whole list, once all of it is green. */
async function finish(
  context: DeliveryContext,
  fleet: Fleet,
  inputs: DeployInputs,
  several: DeploymentRecord,
  prepared: ReadonlyMap<DeploymentRecord, Prepared>,
  deployed: readonly RunningService[],
): Promise<void> {
  const records = several.services;
  const schedules = records[0] && prepared.get(records[0])?.schedules;
  several.status = records.find(({ status }) => status !== "succeeded")?.status ?? "succeeded";
  if (several.status === "planned") return;
  if (schedules) {
    const { moveSchedules } = await import("../schedules/move.ts");
    await moveSchedules(context, schedules, records[0]?.revisionAfter ?? "", several);
  }
  if (marksTogether(inputs))
    await fleet.run(deployed, 10, (each) =>
      markCommit(fleet.contextOf(each.service.serviceName ?? ""), each),
    );
  if (inputs.keptRevisions === undefined) return;
  const { deregisterOldRevisions } = await import("../deregister-old-revisions.ts");
  await deregisterOldRevisions(context, inputs.keptRevisions, records);
}

/** Sets the status of the step, and returns the reasons of the failed services with what became of the others. */
function failureOf({ signal }: DeliveryContext, several: DeploymentRecord): Failure {
  const failed = several.services.filter((each) => each.status && !isGreen(each));
  const others = several.services.filter((each) => !failed.includes(each));
  const [first] = failed;
  const isSame = failed.every(({ status }) => status === first?.status);
  several.status = signal.aborted ? "cancelled" : isSame ? (first?.status ?? "timed-out") : "failed";
  const causes = failed.slice(0, mostCauses).map(({ service, cause }) => `${service}: ${cause}`);
  if (failed.length > mostCauses) causes.push(`${failed.length - mostCauses} more failed`);
  const fates = [...Map.groupBy(others, resultOf)].map(([result, of]) => {
    const reason = ({ cause = "" }) => cause && ` (${cause})`;
    return `${result}: ${of.map((each) => each.service + reason(each.wayBack ?? {})).join(", ")}`;
  });
  const why = causes.join("; ") || "The step ended before every service was deployed";
  const fate = fates.length > 0 ? ` (${fates.join("; ")})` : "";
  return new Failure(why + fate, { nextStep: first?.fix || "run this job again." });
}

/** All causes are in the summary. */
const mostCauses = 3;

/** Adds up what the outputs have about all services. */
function gather(several: DeploymentRecord, records: readonly DeploymentRecord[]): void {
  const [first = several] = records;
  const ofEach = (name: "revisionChanges" | "serviceChanges") =>
    records.flatMap(({ service, plan }) => (plan?.[name] ?? []).map((line) => `${service}: ${line}`));
  several.plan = first.plan && {
    ...first.plan,
    ...{ revisionChanges: ofEach("revisionChanges"), serviceChanges: ofEach("serviceChanges") },
  };
  several.changed ||= records.some(({ changed }) => changed);
  several.revisionAfter = records.find(({ revisionAfter }) => revisionAfter)?.revisionAfter ?? "";
  several.image = first.image;
  several.version = first.version;
}
