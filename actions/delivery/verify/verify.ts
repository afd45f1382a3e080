import type { Finding } from "../../core/findings.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { Engine } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import type { WantedRevision } from "../plan/plan.ts";
import { beginChecking } from "./checking.ts";

/** Finds everything that would make the deployment fail, in parallel; nothing is changed. */
export async function verify(
  context: DeliveryContext,
  inputs: DeployInputs,
  engine: Engine,
  { findings, taskDefinition }: WantedRevision,
  service: RunningService,
): Promise<Finding[]> {
  const checkRevision = async () => {
    if (!taskDefinition) return [];
    const { checkRevision } = await import("./check-revision.ts");
    const imagesFollow = inputs.commentToken !== undefined;
    return checkRevision({ ...beginChecking(context, taskDefinition, service), imagesFollow });
  };
  const found = await Promise.all([engine.verify(taskDefinition), checkRevision()]);
  return [...findings, ...found.flat(), ...checkService(service.service, inputs)];
}

function checkService(
  { serviceName, desiredCount, taskSets = [], deployments = [] }: RunningService["service"],
  inputs: DeployInputs,
): Finding[] {
  if (inputs.waitUntil === "registered") return [];
  const active = taskSets.some(({ status }) => status === "ACTIVE") || deployments.length > 1;
  const note = `Another deployment of ${serviceName} is in progress or being cleaned up; this one waits for it.`;
  return [
    ...(active ? [{ text: note, kind: "note" as const }] : []),
    ...(desiredCount === 0 && inputs.desiredCount === undefined
      ? [
          {
            text: `service ${serviceName} has a desired count of 0, so the new revision would not be tested`,
            fix: "set the input desired-count",
          },
        ]
      : []),
  ];
}
