import { type Finding, note } from "../../core/findings.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { Engine } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import { beginChecking } from "./checking.ts";

/** Finds everything that would make the deployment fail, in parallel; nothing is changed. */
export async function verify(
  context: DeliveryContext,
  engine: Engine,
  taskDefinition: TaskDefinitionInput | undefined,
  service: RunningService,
  {
    commentToken,
    waitUntil,
    desiredCount,
  }: Pick<DeployInputs, "commentToken" | "waitUntil" | "desiredCount">,
): Promise<Finding[]> {
  const checkRevision = async () => {
    if (!taskDefinition) return [];
    const { checkRevision } = await import("./check-revision.ts");
    const imagesFollow = commentToken !== undefined;
    return checkRevision({ ...beginChecking(context, taskDefinition, service), imagesFollow });
  };
  const found = await Promise.all([engine.verify(taskDefinition), checkRevision()]);
  return [...found.flat(), ...(waitUntil === "registered" ? [] : checkService(service, desiredCount))];
}

function checkService({ service }: RunningService, wantedCount: number | undefined): Finding[] {
  const { serviceName, desiredCount, taskSets = [], deployments = [] } = service;
  const findings: Finding[] = [];
  if (taskSets.some(({ status }) => status === "ACTIVE") || deployments.length > 1)
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
