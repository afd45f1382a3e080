import { getState, saveState } from "@actions/core";
import type { Handle } from "./deployment/running-deployment.ts";
import type { OnCancel } from "./inputs.ts";

const state = "deployment";

/** A deployment under way, and what is to become of it without the process that follows it. */
export interface HandedOver extends Handle {
  readonly onCancel: OnCancel;
}

/** Keeps the deployment for the post step, which runs whatever happens to the step itself. */
export function saveHandle(onCancel: OnCancel): (handle: Handle | undefined) => void {
  return (handle) => saveState(state, handle ? JSON.stringify({ ...handle, onCancel }) : "");
}

/** Undefined when no deployment was under way, or the step decided what becomes of it. */
export function readHandle(): HandedOver | undefined {
  const text = getState(state);
  return text ? (JSON.parse(text) as HandedOver) : undefined;
}
