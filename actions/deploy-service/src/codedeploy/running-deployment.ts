import {
  type ECSTarget,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentTargetsCommand,
} from "@aws-sdk/client-codedeploy";
import type { World } from "../clients.ts";
import type { RunningDeployment } from "../deployment/running-deployment.ts";
import { snapshotOf } from "./snapshot.ts";
import { stopDeployment } from "./stop.ts";

/** CodeDeploy needs seconds to put traffic back; the old tasks are still there. */
const settleMs = 5 * 60_000;

export function runningDeployment(world: World, deploymentId: string): RunningDeployment {
  const { codedeploy } = world.clients;
  let targetId: string | undefined;
  let last: ECSTarget | undefined;
  let settled = false;

  async function findTarget(options: { abortSignal?: AbortSignal }) {
    // A deployment of ECS has one target, which never changes.
    targetId ??= (await codedeploy.send(new ListDeploymentTargetsCommand({ deploymentId }), options))
      .targetIds?.[0];
    if (!targetId) return undefined;
    const command = new GetDeploymentTargetCommand({ deploymentId, targetId });
    return (await codedeploy.send(command, options)).deploymentTarget?.ecsTarget;
  }

  return {
    controller: "CODE_DEPLOY",
    id: deploymentId,
    name: `deployment ${deploymentId}`,
    by: "CodeDeploy",
    // CodeDeploy takes only a deployment whose old tasks are in production; a quick shift would outrun the first look.
    initialTraffic: { blue: 100, green: 0 },
    settleMs,
    async look(signal) {
      const options = signal ? { abortSignal: signal } : {};
      const command = new GetDeploymentCommand({ deploymentId });
      const { deploymentInfo = {} } = await codedeploy.send(command, options);
      // Once all traffic has shifted, only the deployment itself tells what is new, until it ends.
      if (!settled || deploymentInfo.status !== "InProgress") last = await findTarget(options);
      const snapshot = snapshotOf(deploymentInfo, last, world.clock.now());
      settled = snapshot.stage === "traffic-shifted";
      return snapshot;
    },
    stop: (how) => stopDeployment(world, deploymentId, how),
    targetGroups(service, { startedBy }) {
      const green = service.taskSets?.find(({ id }) => id === startedBy);
      return (green?.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
    },
  };
}
