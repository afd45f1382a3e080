import { getState, saveState } from "@actions/core";
import type { AfterAll } from "./inputs.ts";
import type { Undo } from "./undo.ts";

const state = "undo";

/** A change that is not followed to its end yet, and what is to become of it without the process that follows it. */
export interface HandedOver {
  readonly undo: Undo;
  readonly onCancel: AfterAll;
}

/** Keeps what is to be undone for the post step, which runs whatever happens to the step itself. */
export function saveUndo(onCancel: AfterAll): (undo: Undo | undefined) => void {
  return (undo) => saveState(state, undo ? JSON.stringify({ undo, onCancel }) : "");
}

/** Undefined when nothing was under way, or the step decided what becomes of it. */
export function readUndo(): HandedOver | undefined {
  const text = getState(state);
  return text ? (JSON.parse(text) as HandedOver) : undefined;
}
