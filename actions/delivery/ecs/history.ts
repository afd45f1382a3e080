import type { ServiceDeployment } from "@aws-sdk/client-ecs";
import type { LifecycleEvent } from "../record.ts";
import { shortId } from "./service-deployments.ts";

const ended = ["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"];
const goesWell = ["PENDING", "IN_PROGRESS", "SUCCESSFUL"];

/**
 * Records the stages of a deployment as lifecycle events, since ECS shows only the current one. Times are those of the
 * polls. Hooks are events of their own.
 */
export function createHistory(): (deployment: ServiceDeployment, now: number) => LifecycleEvent[] {
  const stages = new Map<string, LifecycleEvent>();
  let current: string | undefined;

  function leave(status: string, now: number, diagnostics?: string): void {
    const event = current && stages.get(current);
    if (event) stages.set(event.name, { ...event, status, endedAt: now, diagnostics });
    current = undefined;
  }

  return (deployment, now) => {
    const { lifecycleStage: stage, status = "PENDING", statusReason, rollback } = deployment;
    if (!goesWell.includes(status)) leave("Failed", now, rollback?.reason ?? statusReason);
    else if (stage !== current) {
      leave("Succeeded", now);
      if (stage && !ended.includes(status)) {
        const startedAt = stages.get(stage)?.startedAt ?? now;
        stages.set(stage, {
          name: stage,
          status: "InProgress",
          startedAt,
          endedAt: undefined,
          diagnostics: undefined,
        });
        current = stage;
      }
    }
    if (status === "SUCCESSFUL") leave("Succeeded", now);
    return [...stages.values(), ...hookEvents(deployment)];
  };
}

function hookEvents({ lifecycleHookDetails = [] }: ServiceDeployment): LifecycleEvent[] {
  return lifecycleHookDetails.map(({ hookId = "", targetArn, status = "", expiresAt }) => ({
    name: targetArn ? `hook ${targetArn.slice(targetArn.lastIndexOf(":") + 1)}` : `hook ${shortId(hookId)}`,
    status,
    startedAt: undefined,
    endedAt: undefined,
    diagnostics:
      status === "AWAITING_ACTION"
        ? `waits for ContinueServiceDeployment until ${expiresAt?.toISOString() ?? "its time-out"}`
        : undefined,
  }));
}
