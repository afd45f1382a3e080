import { type Finding, note, withTolerance } from "../../core/findings.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { Engine } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import { checkAlarms } from "./alarms.ts";
import { beginChecking } from "./checking.ts";

/** Finds everything that would make the deployment fail, in parallel; nothing is changed. */
export async function verify(
  context: DeliveryContext,
  engine: Engine,
  taskDefinition: TaskDefinitionInput | undefined,
  service: RunningService,
  inputs: Pick<DeployInputs, "commentToken" | "mode" | "waitUntil" | "desiredCount" | "rollbackOnAlarm">,
  registers: () => Promise<boolean>,
): Promise<Finding[]> {
  const { commentToken, mode, waitUntil, rollbackOnAlarm } = inputs;
  const checkRevision = async () => {
    if (!taskDefinition) return [];
    const { checkRevision } = await import("./check-revision.ts");
    const imagesFollow = commentToken !== undefined;
    const checking = { ...beginChecking(context, taskDefinition, service), imagesFollow };
    // A pull request is planned with another role than the one that deploys.
    return checkRevision(imagesFollow ? checking : { ...checking, registers, isPlan: mode === "plan" });
  };
  const alarms = waitUntil === "registered" ? [] : rollbackOnAlarm;
  const checkingAlarms = checkAlarms(
    { clients: context.clients, signal: withTolerance(context.signal) },
    alarms,
  );
  const found = await Promise.all([engine.verify(taskDefinition), checkRevision(), checkingAlarms]);
  return [...found.flat(), ...(waitUntil === "registered" ? [] : checkService(service, inputs))];
}

function checkService(
  { service }: RunningService,
  { mode, desiredCount: wantedCount }: Pick<DeployInputs, "mode" | "desiredCount">,
): Finding[] {
  const { serviceName, desiredCount, taskSets = [], deployments = [] } = service;
  const findings: Finding[] = [];
  const isBusy = taskSets.some(({ status }) => status === "ACTIVE") || deployments.length > 1;
  if (isBusy && mode !== "continue")
    findings.push(
      ...note(
        `Another deployment of ${serviceName} is in progress or being cleaned up; this one waits for it.`,
      ),
    );
  if (desiredCount === 0 && wantedCount === undefined)
    findings.push({
      text: `service ${serviceName} has a desired count of 0, so the new revision would not be tested`,
      fix: "set the input desired-count",
    });
  return findings;
}
