import type { ResourceChange, ResourceToImport } from "@aws-sdk/client-cloudformation";
import type { Definition } from "../stack/definition.ts";
import { importable } from "../stack/importable.ts";
import { planChanges } from "../stack/plan.ts";
import type { CloudFormationState, ImportedIds, StackRecord } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";

/** Returns the ids and changes of an import; throws ValidationError unless it imports and changes nothing else. */
export function planImport(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
  given: readonly ResourceToImport[] = [],
): { readonly ids: ImportedIds; readonly changes: readonly ResourceChange[] } {
  if (given.length === 0)
    throw validationError("You must specify ResourcesToImport for a change set of type IMPORT.");
  const ids = new Map(given.map((each) => [each.LogicalResourceId ?? "", idOf(definition, each)]));
  refuseOwned(state, ids, definition);
  const { changes, outputsChange } = planChanges(state, stack, definition);
  if (outputsChange)
    throw validationError("As part of the import operation, you cannot modify or add [Outputs]");
  const others = changes.flatMap(({ Action, LogicalResourceId = "" }) =>
    Action === "Add" && ids.has(LogicalResourceId) ? [] : [LogicalResourceId],
  );
  if (others.length > 0)
    throw validationError(
      `You have modified resources [${others.join(", ")}] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.`,
    );
  return {
    ids,
    changes: [...ids].map(([LogicalResourceId, PhysicalResourceId]) => ({
      Action: "Import",
      LogicalResourceId,
      PhysicalResourceId,
      ResourceType: definition.resources[LogicalResourceId]?.type,
      Scope: [],
      Details: [],
    })),
  };
}

function idOf(
  { resources }: Definition,
  { LogicalResourceId = "", ResourceType = "", ResourceIdentifier = {} }: ResourceToImport,
): string {
  const declared = resources[LogicalResourceId];
  if (declared?.type !== ResourceType)
    throw validationError(
      `Resources [${LogicalResourceId}] passed in ResourceToImport are not in the template`,
    );
  const type = importable[ResourceType];
  if (!type)
    throw validationError(
      `The following resource types are not supported for resource import: ${ResourceType}`,
    );
  if (!declared.hasDeletionPolicy)
    throw validationError(
      `The following resources to import [${LogicalResourceId}] must have DeletionPolicy attribute specified in the template.`,
    );
  const [[name, value] = [], ...others] = Object.entries(ResourceIdentifier);
  if (name !== type.identifier || others.length > 0 || !value)
    throw validationError(
      `Invalid resource identifiers for ${LogicalResourceId}. Expecting [${type.identifier}] but got [${Object.keys(ResourceIdentifier).join(", ")}]`,
    );
  return value;
}

function refuseOwned({ stacks }: CloudFormationState, ids: ImportedIds, { resources }: Definition): void {
  for (const stack of stacks.values())
    for (const { type, physicalId, logicalId, status } of stack.resources.values())
      for (const [imported, id] of ids) {
        const same = physicalId === id && resources[imported]?.type === type;
        if (same && !/^DELETE_(COMPLETE|SKIPPED)$/.test(status))
          throw validationError(
            `Resource ${id} already exists in stack ${stack.id} (logical ID ${logicalId})`,
          );
      }
}
