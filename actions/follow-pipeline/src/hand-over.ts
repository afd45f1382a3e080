import { getState, saveState } from "@actions/core";
import type { OnCancel } from "./inputs.ts";

const state = "execution";

/** Enough to stop an execution from another process. */
export interface Handle {
  readonly pipeline: string;
  readonly executionId: string;
  /** CodeDeploy deployments that its actions began and that have not ended. */
  readonly deploymentIds: readonly string[];
}

/** An execution that is followed, and what is to become of it without the process that follows it. */
export interface HandedOver extends Handle {
  readonly onCancel: OnCancel;
}

/** Keeps the execution for the post step, which runs whatever happens to the step itself. */
export function saveHandle(onCancel: OnCancel): (handle: Handle | undefined) => void {
  return (handle) => saveState(state, handle ? JSON.stringify({ ...handle, onCancel }) : "");
}

/** Undefined when no execution was followed, or the step decided what becomes of it. */
export function readHandle(): HandedOver | undefined {
  const text = getState(state);
  return text ? (JSON.parse(text) as HandedOver) : undefined;
}
