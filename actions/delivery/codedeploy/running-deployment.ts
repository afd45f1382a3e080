import {
  type DeploymentInfo,
  type ECSTarget,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentTargetsCommand,
} from "@aws-sdk/client-codedeploy";
import type { Service } from "@aws-sdk/client-ecs";
import type { DeliveryContext } from "../context.ts";
import type { RunningDeployment, Snapshot } from "../engine.ts";
import { continueDeployment, stopDeployment } from "../stop.ts";
import { createAppSpecReader, functionIn } from "./deployed-revision.ts";
import { finalStatuses, snapshotOf } from "./snapshot.ts";

/**
 * CodeDeploy needs seconds to shift traffic back, and then drains the new tasks: five minutes by default, as with ECS.
 */
const settleMs = 15 * 60_000;

/** While the target is in progress, so is the deployment; this is checked every two minutes. */
const targetOnlyMs = 120_000;

export function runningDeployment(context: DeliveryContext, deploymentId: string): RunningDeployment {
  const read = createReader(context, deploymentId);
  let settled = false;
  let stopping = false;
  return {
    controller: "CODE_DEPLOY",
    id: deploymentId,
    name: `deployment ${deploymentId}`,
    by: "CodeDeploy",
    // CodeDeploy accepts only a deployment whose old tasks are in production; a quick shift would be over before the
    // first poll.
    initialTraffic: { blue: 100, green: 0 },
    settleMs,
    async poll(signal) {
      const { info, target } = await read.poll({ settled, stopping }, signal ? { abortSignal: signal } : {});
      const snapshot = snapshotOf(info, target, context.clock.now());
      settled = snapshot.stage === "traffic-shifted";
      return stopping ? { ...snapshot, near: "complete" } : snapshot;
    },
    stop(how) {
      stopping = true;
      return stopDeployment(context, deploymentId, how);
    },
    proceed: () => continueDeployment(context, deploymentId),
    targetGroups: targetGroupsOf,
    async hookFunction(event) {
      const { revision, applicationName = "" } = read.info() ?? {};
      return functionIn(await createAppSpecReader(context, applicationName)(revision), event);
    },
  };
}

/**
 * Polls by one call where one suffices: for the target while it is in progress, for the deployment
 * once all traffic has shifted (`settled`) or it is stopped.
 */
function createReader({ clients: { codedeploy }, clock }: DeliveryContext, deploymentId: string) {
  let targetId: string | undefined;
  let target: ECSTarget | undefined;
  let info: DeploymentInfo | undefined;
  let infoAt = 0;

  async function readTarget(options: Options): Promise<void> {
    // A deployment to ECS has one target, which never changes.
    targetId ??= (await codedeploy.send(new ListDeploymentTargetsCommand({ deploymentId }), options))
      .targetIds?.[0];
    if (!targetId) return;
    const command = new GetDeploymentTargetCommand({ deploymentId, targetId });
    target = (await codedeploy.send(command, options)).deploymentTarget?.ecsTarget;
  }

  const poll = async ({ settled, stopping }: { settled: boolean; stopping: boolean }, options: Options) => {
    if (!settled) await readTarget(options);
    const recent = clock.now() - infoAt < targetOnlyMs;
    if (!stopping && recent && info?.status === "InProgress" && isAtWork(target)) return { info, target };
    info = (await codedeploy.send(new GetDeploymentCommand({ deploymentId }), options)).deploymentInfo ?? {};
    infoAt = clock.now();
    const { status = "" } = info;
    // After the shift, only a failure adds anything to the target.
    const isDone = settled && status === "Succeeded";
    if (finalStatuses.includes(status) && !isDone) await readTarget(options);
    return { info, target };
  };
  return { poll, info: () => info };
}

/** Returns the target groups of the new task set, as long as it exists. */
export function targetGroupsOf(
  { taskSets = [] }: Service,
  { startedBy }: Pick<Snapshot, "startedBy">,
): string[] {
  const green = taskSets.find(({ id }) => id === startedBy);
  return (green?.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
}

type Options = { readonly abortSignal?: AbortSignal };

/** Once every event is done, or all of them up to the traffic shift, only the deployment shows what follows. */
function isAtWork(target: ECSTarget | undefined): boolean {
  const events = target?.lifecycleEvents ?? [];
  const open = events.some(({ status }) => status === "Pending" || status === "InProgress");
  const waits = events.every(({ status }) => status !== "InProgress") && events[0]?.status !== "Pending";
  return (
    target?.status === "InProgress" && open && !waits && events.every(({ status }) => status !== "Failed")
  );
}
