import { formatDuration } from "../../shared/duration.ts";
import { settleRevision, shortRevision } from "../../shared/ecs/revision.ts";
import { findService } from "../../shared/ecs/service.ts";
import { readTaskDefinition } from "../../shared/ecs/task-definition-file.ts";
import { Failure } from "../../shared/failure.ts";
import { refuseFindings, refuseWith } from "../../shared/findings.ts";
import type { World } from "./clients.ts";
import { chooseEngine } from "./engine.ts";
import type { DeployInputs } from "./inputs.ts";
import { publish } from "./publish.ts";
import { type DeploymentRecord, newRecord } from "./record.ts";

/** Deploys; outputs and job summary are written however it ends. Throws the Failure that makes the step red. */
export async function deployAndReport(world: World, inputs: DeployInputs): Promise<DeploymentRecord> {
  const record = newRecord(inputs.cluster, inputs.service);
  const startedAt = world.clock.now();
  try {
    await deploy(world, inputs, record);
  } catch (error) {
    record.status ??= world.signal.aborted ? "cancelled" : "failed";
    record.cause ||= (error as Error).message;
    throw error;
  } finally {
    record.durationMs = world.clock.now() - startedAt;
    await publish(record);
  }
  world.log.info(`${inputs.service} ${record.status} after ${formatDuration(record.durationMs)}.`);
  return record;
}

/** Verify, register, deploy by the service's own controller. */
export async function deploy(world: World, inputs: DeployInputs, record: DeploymentRecord): Promise<void> {
  const { taskDefinition, findings } = readTaskDefinition(inputs.taskDefinitionFile, world.log);
  const service = await findService(world, inputs).catch((error: Error) =>
    refuseWith(findings, world.log, error),
  );
  record.revisionBefore = service.revision;
  const engine = chooseEngine(service, world, inputs, record);
  refuseFindings([...findings, ...(await engine.verify(taskDefinition))], world.log);
  if (!taskDefinition) throw new Failure(`${inputs.taskDefinitionFile} holds no task definition`);

  record.revisionAfter = await settleRevision(world, taskDefinition);
  record.image = engine.imageOf(taskDefinition);
  if (inputs.waitUntil === "registered") {
    record.status = "registered";
    world.log.info(`${shortRevision(record.revisionAfter)} is registered; nothing is deployed (wait-until).`);
    return;
  }
  await engine.deploy(record.revisionAfter);
}
