import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import { evaluateResources } from "../../../shared/cloudformation/resources.ts";
import { Failure } from "../../../shared/failure.ts";
import { isObject } from "../../../shared/task-definition.ts";
import type { ProvisionContext } from "../context.ts";
import type { PlannedChange } from "./stack-plan.ts";

/**
 * Returns the resources that a template creates, as far as it shows them, for a stack that CloudFormation cannot plan
 * yet.
 */
export async function plannedCreation(
  context: ProvisionContext,
  { template }: PlannedStack,
  folder: readonly PlannedStack[],
): Promise<PlannedChange[]> {
  const region = await context.cloudformation.config.region();
  return resourcesOf(template, folder, region).map(([logicalId, type]) => ({
    action: "Add",
    logicalId,
    type,
    replacement: "no",
    properties: [],
    loss: undefined,
  }));
}

function resourcesOf(
  { name, content }: PlannedStack["template"],
  folder: readonly PlannedStack[],
  region: string,
): [string, string][] {
  try {
    return evaluateResources(folder, region).flatMap(({ template, logicalId, type }) =>
      template === name ? [[logicalId, type]] : [],
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Only CloudFormation can decide the condition: then all of the template's resources count.
    const named = isObject(content.Resources) ? Object.entries(content.Resources) : [];
    return named.map(([logicalId, resource]) => [logicalId, isObject(resource) ? String(resource.Type) : ""]);
  }
}
