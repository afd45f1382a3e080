import { findGroup } from "../../delivery/codedeploy/group.ts";
import type { World } from "../../delivery/context.ts";
import type { DeploymentRecord } from "../../delivery/record.ts";
import { refuseExpired } from "../../delivery/verify/credentials-life.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { findService, type RunningService, targetGroupOf } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import { refuseFindings } from "../../shared/findings.ts";
import { persist } from "../../shared/patience.ts";
import { openCodeDeployHistory } from "./codedeploy-history.ts";
import { openEcsHistory } from "./ecs-history.ts";
import { goBack } from "./go-back.ts";
import type { RollbackInputs } from "./inputs.ts";
import { rollBackActive } from "./roll-back-active.ts";
import type { ServiceHistory } from "./service-history.ts";

/** Ends the running deployment, or deploys the former revision with deploy-service's engine. */
export async function rollBack(
  world: World,
  inputs: RollbackInputs,
  record: DeploymentRecord,
): Promise<void> {
  record.rollback = true;
  await refuseExpired(world);
  const service = await persist(world, () => findService(world, inputs), { firstContact: true });
  record.revisionBefore = service.revision;
  record.targetGroup = targetGroupOf(service);
  const settled = await settleAlarms(world, inputs, service);
  const history = openHistory(service, world, inputs);
  const deployments = await persist(world, () => history.list());
  const active = deployments.find(({ state }) => state === "ongoing");
  const rollback = { world, inputs: settled, record, service, deployments };
  if (active) return rollBackActive(rollback, history, active);
  if (inputs.to === "active")
    throw new Failure(`No deployment of ${inputs.service} is in progress that could be rolled back`, {
      nextStep: `to roll back from ${shortRevision(service.revision)}, set to: last-good or a revision.`,
    });
  return goBack(rollback);
}

/** Ignores the deployment group's alarms, which may be in ALARM because of the revision to undo. */
async function settleAlarms(
  world: World,
  inputs: RollbackInputs,
  { controller }: RunningService,
): Promise<RollbackInputs> {
  if (controller !== "CODE_DEPLOY") return inputs;
  const { value: group, findings } = await findGroup(world, inputs);
  refuseFindings(findings, world.log);
  const { enabled = false, alarms = [] } = group?.alarmConfiguration ?? {};
  return { ...inputs, ignoreAlarms: enabled && alarms.length > 0 };
}

/** Chooses the history by the service's deployment controller, like the deploying engine. */
function openHistory(service: RunningService, world: World, inputs: RollbackInputs): ServiceHistory {
  if (service.controller === "CODE_DEPLOY") return openCodeDeployHistory(world, inputs);
  if (service.controller === "ECS") return openEcsHistory(service, world, inputs);
  throw new Failure(
    `Service ${inputs.service} has the deployment controller ${service.controller}; this action rolls back services with ECS or CODE_DEPLOY`,
    { nextStep: "roll it back with the tool that created its task sets." },
  );
}
