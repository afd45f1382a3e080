import { GetTemplateCommand, type Stack } from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import { parseTemplate } from "../../../shared/cloudformation/template.ts";
import type { ProvisionContext } from "../context.ts";

/**
 * Returns a stack as it was applied last; undefined for one that was only ever reviewed. Throws a Failure for a
 * template it cannot read.
 */
export async function readDeployed(
  context: Pick<ProvisionContext, "cloudformation">,
  { StackName = "", StackStatus, Parameters = [] }: Stack,
  { template }: PlannedStack,
): Promise<PlannedStack | undefined> {
  if (StackStatus === "REVIEW_IN_PROGRESS") return undefined;
  const { TemplateBody = "" } = await context.cloudformation.send(new GetTemplateCommand({ StackName }));
  return {
    template: parseTemplate(TemplateBody, `the deployed ${template.file}`, template.name),
    stackName: StackName,
    parameters: new Map(
      Parameters.map(({ ParameterKey = "", ParameterValue = "" }) => [ParameterKey, ParameterValue]),
    ),
  };
}
