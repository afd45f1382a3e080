import { formatDuration } from "../../shared/duration.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { findService, type RunningService } from "../../shared/ecs/service.ts";
import { type Finding, refuseFindings, refuseWith } from "../../shared/findings.ts";
import type { World } from "./clients.ts";
import { deployRevision } from "./deployment/deploy-revision.ts";
import type { Budget } from "./deployment/deployment.ts";
import { chooseEngine, type Engine } from "./engine.ts";
import type { DeployInputs } from "./inputs.ts";
import { refuseOlderRun } from "./order/refuse-older-run.ts";
import { publish } from "./publish.ts";
import { type DeploymentRecord, newRecord, reach } from "./record.ts";
import { findRevision, type WantedRevision } from "./revision.ts";

/** Deploys; outputs and job summary are written however it ends. Throws the Failure that makes the step red. */
export async function deployAndReport(world: World, inputs: DeployInputs): Promise<DeploymentRecord> {
  const record = newRecord(inputs.cluster, inputs.service);
  record.beganAt = world.clock.now();
  try {
    await deploy(world, inputs, record);
  } catch (error) {
    record.status ??= world.signal.aborted ? "cancelled" : "failed";
    record.cause ||= (error as Error).message;
    throw error;
  } finally {
    record.durationMs = world.clock.now() - record.beganAt;
    await publish(record);
  }
  world.log.info(`${inputs.service} ${record.status} after ${formatDuration(record.durationMs)}.`);
  return record;
}

/** Verify, register, deploy by the service's own controller. */
export async function deploy(world: World, inputs: DeployInputs, record: DeploymentRecord): Promise<void> {
  const wanted = await findRevision(world, inputs);
  const service = await findService(world, inputs).catch((error: Error) =>
    refuseWith(wanted.findings, world.log, error),
  );
  record.revisionBefore = service.revision;
  const engine = chooseEngine(service, world, inputs);
  refuseFindings(await verify(engine, wanted, service, inputs), world.log);
  refuseOlderRun(world, inputs, record, service);

  record.revisionAfter = await wanted.settle();
  record.image = imageOf(wanted, engine);
  reach(record, "registered", world.clock.now());
  if (inputs.waitUntil === "registered") {
    record.status = "registered";
    world.log.info(`${shortRevision(record.revisionAfter)} is registered; nothing is deployed (wait-until).`);
    return;
  }
  const budget = await settleBudget(world, inputs, engine);
  await deployRevision({ world, inputs, record, budget, engine, revision: record.revisionAfter });
  world.log.info(`${inputs.service} runs ${shortRevision(record.revisionAfter)}.`);
  if (inputs.desiredCount === 0) tellOfNoTasks(world, inputs, record);
}

async function verify(
  engine: Engine,
  { findings, taskDefinition }: WantedRevision,
  { service }: RunningService,
  { desiredCount, waitUntil }: DeployInputs,
): Promise<Finding[]> {
  const scaledToNothing =
    service.desiredCount === 0 && desiredCount === undefined && waitUntil !== "registered";
  const count = `service ${service.serviceName} has a desired count of 0, which would prove nothing of the new revision; give the input desired-count`;
  return [
    ...findings,
    ...(await engine.verify(taskDefinition)),
    ...(scaledToNothing ? [{ text: count }] : []),
  ];
}

/** Image of the container behind the load balancer, else of the first one. */
function imageOf({ taskDefinition }: WantedRevision, engine: Engine): string {
  const containers = taskDefinition?.containerDefinitions ?? [];
  const name = engine.containerName();
  const container = name === undefined ? containers[0] : containers.find((each) => each.name === name);
  return container?.image ?? "";
}

async function settleBudget(world: World, { deadlineMs }: DeployInputs, engine: Engine): Promise<Budget> {
  if (deadlineMs !== undefined) return { ms: deadlineMs, given: true };
  const ms = await engine.computeBudget();
  world.log.info(`Deadline: ${formatDuration(ms)}, from the waits that the deployment has.`);
  return { ms, given: false };
}

function tellOfNoTasks({ log }: World, { service }: DeployInputs, record: DeploymentRecord): void {
  const note = `${service} runs no task now, as desired-count: 0 asks for; the revision was not tried.`;
  record.notes.push(note);
  log.notice(note);
}
