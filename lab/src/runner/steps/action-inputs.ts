import { evaluateToken, toText } from "../expressions/evaluate.ts";
import type { Action } from "../load/load-action.ts";
import type { RunningStep } from "./task.ts";

/** An action's inputs by name: what the step gives with `with`, else the action's defaults. */
export function inputsOf(
  running: RunningStep,
  action: Action,
  given: Record<string, string>,
): Record<string, string> {
  const inputs = new Map<string, { id: string; value: string }>();
  for (const { id, default: fallback } of action.inputs) {
    inputs.set(id.toLowerCase(), {
      id,
      value: fallback ? toText(evaluateToken(fallback, running.scope)) : "",
    });
  }
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    inputs.set(key, { id: inputs.get(key)?.id ?? name, value });
  }
  return Object.fromEntries([...inputs.values()].map(({ id, value }) => [id, value]));
}

/** Warns of inputs that the action does not declare. As on GitHub, the action gets them all the same. */
export function warnOfUnknownInputs(running: RunningStep, action: Action, given: string[]): void {
  const known = action.inputs.map((input) => input.id);
  const unknown = given.filter((name) => !known.some((id) => id.toLowerCase() === name.toLowerCase()));
  if (unknown.length > 0) {
    const message = `Unexpected input(s) '${unknown.join("', '")}', valid inputs are ['${known.join("', '")}']`;
    running.annotate({ level: "warning", message });
  }
}
