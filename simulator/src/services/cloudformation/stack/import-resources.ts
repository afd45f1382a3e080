import { failureReason } from "../resources/failures.ts";
import { findResource, readAttributes } from "../resources/resource-type.ts";
import { refuseMissingValues } from "./account-values.ts";
import type { Definition } from "./definition.ts";
import { evaluateProperties } from "./evaluate-properties.ts";
import { setResourceStatus, setStackStatus } from "./events.ts";
import {
  newRecord,
  type Operation,
  resourceContext,
  startOperation,
  takeImports,
  typeOf,
} from "./operation.ts";
import { runInOrder } from "./order.ts";
import type { CloudFormationState, ImportedIds, StackRecord } from "./records.ts";
import { stackScope } from "./scope.ts";

/** Takes existing resources into the stack, unchanged; never rejects. A rollback leaves them as they are. */
export async function runImport(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
  ids: ImportedIds,
): Promise<void> {
  const operation = startOperation(state, stack, definition, "update");
  const { clock } = operation;
  const { definition: previous, imports } = stack;
  stack.definition = definition;
  setStackStatus(clock, stack, "IMPORT_IN_PROGRESS", "User Initiated");
  try {
    await refuseMissingValues(state, definition);
    takeImports(operation);
    const failed = await runInOrder(
      definition.dependencies,
      async (logicalId) => {
        const id = ids.get(logicalId);
        if (id !== undefined) await importResource(operation, logicalId, id);
      },
      operation.cancel,
    );
    if (failed.length > 0)
      throw new Error(`The following resource(s) failed to import: [${failed.join(", ")}].`);
    setStackStatus(clock, stack, "IMPORT_COMPLETE");
  } catch (error) {
    setStackStatus(clock, stack, "IMPORT_ROLLBACK_IN_PROGRESS", (error as Error).message);
    for (const logicalId of ids.keys()) stack.resources.delete(logicalId);
    stack.definition = previous ?? definition;
    stack.imports = imports;
    setStackStatus(clock, stack, "IMPORT_ROLLBACK_COMPLETE");
  }
}

async function importResource(operation: Operation, logicalId: string, id: string): Promise<void> {
  const { state, stack, definition, clock, signal } = operation;
  const declared = definition.resources[logicalId];
  if (!declared) throw new Error(`resource ${logicalId} is not declared`);
  const record = newRecord(operation, logicalId, declared.type);
  record.physicalId = id;
  stack.resources.set(logicalId, record);
  setResourceStatus(clock, stack, record, "IMPORT_IN_PROGRESS", "Resource import started.");
  try {
    const type = typeOf(operation, declared.type);
    const scope = stackScope(state, stack, definition);
    record.properties = evaluateProperties(logicalId, declared, type, scope, definition.tags);
    const context = resourceContext(state, stack, logicalId, signal);
    if (!(await findResource(type, context, id, record.properties)))
      throw new Error(`Resource of type '${declared.type}' with identifier '${id}' was not found.`);
    record.attributes = await readAttributes(type, context, id, record.properties);
  } catch (error) {
    setResourceStatus(clock, stack, record, "IMPORT_FAILED", failureReason(error));
    throw error;
  }
  setResourceStatus(clock, stack, record, "IMPORT_COMPLETE", "Resource import completed.");
}
