import { evaluateToken, type Scope, toText } from "./evaluate.ts";
import type { Task } from "./task.ts";
import type { ActionStep } from "./workflow.ts";

export function nameOfActionStep(step: ActionStep, scope: Scope): string {
  return step.name ? toText(evaluateToken(step.name, scope)) : `Run ${step.uses}`;
}

/** Returns the task for the `pre` or `post` of a step's action, without its condition and work. */
export function aroundTask(step: ActionStep, when: "Pre" | "Post"): Omit<Task, "condition" | "execute"> {
  return {
    id: step.id,
    post: true,
    env: step.env,
    name: (scope) => `${when} ${nameOfActionStep(step, scope)}`,
  };
}
