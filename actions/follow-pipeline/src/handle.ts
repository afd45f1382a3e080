import { createUnfinishedState } from "../../shared/post-state.ts";
import type { OnCancel } from "./inputs.ts";

/** Enough to stop an execution from another process. */
export interface Handle {
  readonly pipeline: string;
  readonly executionId: string;
  /** CodeDeploy deployments that its actions began and that have not ended. */
  readonly deploymentIds: readonly string[];
}

/** State that the post step needs about the followed execution. */
export const executionLeft = createUnfinishedState<Handle, OnCancel>("execution");
