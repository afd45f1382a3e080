import { ListImportsCommand } from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import { isObject } from "../../../shared/task-definition.ts";
import type { ProvisionContext } from "../context.ts";
import { describeStack } from "../stack/stack.ts";
import type { PlannedChange } from "./stack-plan.ts";

/**
 * Returns a sentence per export in use that the plan removes, or whose resource it replaces or removes. CloudFormation
 * refuses to change those, but only in the middle of the update.
 */
export async function exportsThatWouldChange(
  context: ProvisionContext,
  { template, stackName }: PlannedStack,
  changes: readonly PlannedChange[],
): Promise<string[]> {
  const going = new Set(
    changes.flatMap(({ action, replacement, logicalId }) =>
      action === "Remove" || replacement === "yes" ? [logicalId] : [],
    ),
  );
  const outputs = (await describeStack(context, stackName))?.Outputs ?? [];
  const declared = isObject(template.content.Outputs) ? template.content.Outputs : {};
  const warnings: string[] = [];
  for (const { OutputKey = "", ExportName } of outputs) {
    const output = declared[OutputKey];
    const changed = [...going].find((id) => refersTo(output, id));
    if (!ExportName || (output !== undefined && changed === undefined)) continue;
    const users = await importersOf(context, ExportName);
    if (users.length === 0) continue;
    const why = output === undefined ? "is no longer exported" : `changes with ${changed}`;
    warnings.push(
      `Export ${ExportName} ${why}, but ${users.join(", ")} imports it: CloudFormation will reject this update.`,
    );
  }
  return warnings;
}

async function importersOf(context: ProvisionContext, name: string): Promise<string[]> {
  try {
    const command = new ListImportsCommand({ ExportName: name });
    return (await context.cloudformation.send(command, { abortSignal: context.signal })).Imports ?? [];
  } catch (error) {
    // CloudFormation's response when nothing imports it.
    if (/is not imported by any stack/.test((error as Error).message)) return [];
    throw error;
  }
}

function refersTo(value: unknown, logicalId: string): boolean {
  if (Array.isArray(value)) return value.some((item) => refersTo(item, logicalId));
  if (!isObject(value)) return false;
  return Object.entries(value).some(([name, inner]) => {
    if (name === "Ref") return inner === logicalId;
    if (name === "Fn::GetAtt")
      return (Array.isArray(inner) ? inner[0] : String(inner).split(".")[0]) === logicalId;
    const text = String(name === "Fn::Sub" ? (Array.isArray(inner) ? inner[0] : inner) : "");
    const references = [`\${${logicalId}}`, `\${${logicalId}.`];
    return references.some((reference) => text.includes(reference)) || refersTo(inner, logicalId);
  });
}
