import { importResource } from "./create-resource.ts";
import type { Definition } from "./definition.ts";
import { setStackStatus } from "./events.ts";
import { performAll, startOperation } from "./operation.ts";
import type { CloudFormationState, ImportedIds, StackRecord } from "./records.ts";

/** Takes existing resources into the stack, unchanged; never rejects. A rollback leaves them as they are. */
export async function runImport(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
  ids: ImportedIds,
): Promise<void> {
  const operation = startOperation(state, stack, definition, "update");
  const { definition: previous, imports } = stack;
  stack.definition = definition;
  setStackStatus(stack, "IMPORT_IN_PROGRESS", "User Initiated");
  try {
    await performAll(operation, "import", async (logicalId) => {
      const id = ids.get(logicalId);
      if (id !== undefined) await importResource(operation, logicalId, id);
    });
    setStackStatus(stack, "IMPORT_COMPLETE");
  } catch (error) {
    setStackStatus(stack, "IMPORT_ROLLBACK_IN_PROGRESS", (error as Error).message);
    for (const logicalId of ids.keys()) stack.resources.delete(logicalId);
    stack.definition = previous ?? definition;
    stack.imports = imports;
    setStackStatus(stack, "IMPORT_ROLLBACK_COMPLETE");
  }
}
