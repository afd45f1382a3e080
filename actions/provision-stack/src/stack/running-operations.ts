import { createPostState } from "../../../core/post-state.ts";

/** State that the post step needs about the step's running operations in AWS. */
export const operationsLeft = createPostState<readonly RunningOperation[]>("operations");

/** An operation in progress in AWS, as the post step needs it after a cancellation. */
export interface RunningOperation {
  readonly stackName: string;
  readonly stackId: string;
  readonly type: "CREATE" | "UPDATE" | "IMPORT";
  readonly onCancel: "rollback" | "wait" | "leave";
  /** Whether the step itself applied on-cancel. */
  readonly decided: boolean;
}

export interface OperationTracker {
  begin(operation: Omit<RunningOperation, "decided">): void;
  decided(stackId: string): void;
  end(stackId: string): void;
}

/** Keeps the running operations for the post step; `save` gets all of them, whenever one changes. */
export function trackOperations(save: (operations: readonly RunningOperation[]) => void): OperationTracker {
  const operations = new Map<string, RunningOperation>();
  const change = (action: () => void) => {
    action();
    save([...operations.values()]);
  };
  return {
    begin: (operation) => change(() => operations.set(operation.stackId, { ...operation, decided: false })),
    decided: (stackId) =>
      change(() => {
        const operation = operations.get(stackId);
        if (operation) operations.set(stackId, { ...operation, decided: true });
      }),
    end: (stackId) => change(() => operations.delete(stackId)),
  };
}
