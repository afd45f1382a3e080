import type { LoadBalancer } from "@aws-sdk/client-ecs";
import { waitUntil } from "../../../clock.ts";
import { zoneNotEnabled } from "../../elbv2/target-health.ts";
import { addTaskSetEvent, type EcsContext, type TaskRecord, type TaskSetScope } from "../state.ts";
import type { Targets } from "../task-lifecycle.ts";

/** AWS time between two checks of a target that is draining. */
const drainPollMs = 2_000;

/** Registers a service's tasks with the target groups of their task set, and deregisters them. */
export function targetsOf(scope: TaskSetScope): Targets | undefined {
  const { context, taskSet } = scope;
  const { elbv2 } = context.environment.aws;
  if (taskSet.loadBalancers.length === 0) return undefined;
  const report = (what: string, { targetGroupArn }: LoadBalancer) =>
    addTaskSetEvent(scope, `${what} 1 targets in (target-group ${targetGroupArn})`);
  return {
    async register(record) {
      for (const loadBalancer of taskSet.loadBalancers) {
        await elbv2.registerTargets(targetOf(record, loadBalancer)).catch((error) => {
          const where = `(target-group ${loadBalancer.targetGroupArn})`;
          addTaskSetEvent(scope, `failed to register targets in ${where} with (error ${error.message})`);
          throw error;
        });
        report("registered", loadBalancer);
      }
    },
    async deregister(record, serving) {
      const draining = taskSet.loadBalancers.map(async (loadBalancer) => {
        const target = targetOf(record, loadBalancer);
        if (await ignoreGone(elbv2.deregisterTargets(target))) return;
        report("deregistered", loadBalancer);
        if (serving) await waitUntilDrained(context, target);
      });
      if (serving) addTaskSetEvent(scope, "has begun draining connections on 1 tasks.");
      // A failing load balancer must not keep the task from stopping.
      const failed = (await Promise.allSettled(draining)).find((result) => result.status === "rejected");
      if (failed && !context.closing.aborted)
        context.environment.warn(
          `${record.task.taskArn} could not be deregistered: ${failed.reason.message}`,
        );
    },
  };
}

export interface TargetHealth {
  readonly targetGroupArn: string;
  readonly port: number;
  readonly state: string;
  readonly description?: string;
}

/** Reads the load balancer's health of a task, for each target group it is in. */
export async function readHealth(
  { environment }: EcsContext,
  record: TaskRecord,
  loadBalancers: readonly LoadBalancer[],
): Promise<TargetHealth[]> {
  const answers = loadBalancers.map(async (loadBalancer) => {
    const target = targetOf(record, loadBalancer);
    const answer = await environment.aws.elbv2.describeTargetHealth(target);
    const { State = "unused", Description } = answer.TargetHealthDescriptions?.[0]?.TargetHealth ?? {};
    return {
      targetGroupArn: target.TargetGroupArn,
      port: loadBalancer.containerPort as number,
      // ECS replaces such a task, and its event gives this description as the reason.
      state: Description === zoneNotEnabled.Description ? "unhealthy" : State,
      description: Description,
    };
  });
  return Promise.all(answers);
}

function targetOf({ address, task }: TaskRecord, { targetGroupArn, containerPort }: LoadBalancer) {
  const { availabilityZone: AvailabilityZone } = task;
  return {
    TargetGroupArn: targetGroupArn as string,
    Targets: [{ Id: address as string, Port: containerPort, AvailabilityZone }],
  };
}

async function waitUntilDrained(context: EcsContext, target: ReturnType<typeof targetOf>): Promise<void> {
  const { aws, clock } = context.environment;
  const isDrained = async () => {
    let gone = false;
    const ended = await ignoreGone(
      aws.elbv2.describeTargetHealth(target).then(({ TargetHealthDescriptions = [] }) => {
        gone = (TargetHealthDescriptions[0]?.TargetHealth?.State ?? "unused") === "unused";
      }),
    );
    return ended || gone;
  };
  await waitUntil(clock, drainPollMs, isDrained, context.closing);
}

/** Returns true when the target or its group no longer exists, which counts as deregistered. */
async function ignoreGone(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return false;
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (/^(TargetGroupNotFound|InvalidTarget)(Exception)?$/.test(code)) return true;
    throw error;
  }
}
