import type { ActionFile } from "../actions/action-file.ts";

/** Official actions, each with ours that does the same. */
const counterparts: Readonly<Record<string, string>> = {
  "aws-actions/amazon-ecs-render-task-definition": "render-task-definition",
  "aws-actions/amazon-ecs-deploy-task-definition": "deploy-service",
  "aws-actions/configure-aws-credentials": "log-in-to-aws",
};

/** Inputs that became one with other values. */
const switches: Readonly<
  Record<string, { readonly name: string; readonly values: Readonly<Record<string, string>> }>
> = {
  "wait-for-service-stability": { name: "wait-until", values: { true: "complete", false: "started" } },
  "wait-for-task-stopped": { name: "wait-until", values: { true: "stopped", false: "started" } },
};

/** A change of one input; undefined keeps its name or its value. */
export interface InputChange {
  readonly name?: string | undefined;
  readonly value?: string | undefined;
  readonly isRemoved?: boolean;
  /** For the reader: why it stays, or what to do about it. */
  readonly note?: string | undefined;
}

/** Returns our action for an official one; undefined for any other action. */
export function counterpartOf(uses: string, inputs: ReadonlyMap<string, string>): string | undefined {
  const official = uses.replace(/@.*$/, "").toLowerCase();
  const action = counterparts[official];
  // The official action deploys a service, runs a task, or both.
  if (action === "deploy-service" && runsTask(inputs) && !inputs.has("service")) return "run-task";
  return action;
}

/** Why a step of an official action has to be changed by its owner, if it has. */
export function obstacleOf(action: string, inputs: ReadonlyMap<string, string>): string | undefined {
  if (action !== "deploy-service" || !runsTask(inputs)) return undefined;
  return "it deploys a service and runs a task (run-task). Fix: use two steps, actions/run-task and actions/deploy-service";
}

function runsTask(inputs: ReadonlyMap<string, string>): boolean {
  const value = inputs.get("run-task")?.toLowerCase();
  return value !== undefined && value !== "false";
}

/** Decides on one input of a step, from the texts of our action.yml. */
export function changeOf(action: ActionFile, name: string, inputs: ReadonlyMap<string, string>): InputChange {
  if (name === "run-task") return { isRemoved: true };
  const input = action.inputs.find((each) => each.name === name);
  if (!input) return { note: `the input ${name} has no counterpart in ${action.name}` };
  if (/^Ignored input/.test(input.description))
    return {
      isRemoved: true,
      note: `the input ${name} has no counterpart in ${action.name}, and was removed`,
    };
  const changed = switches[name];
  if (changed) {
    const value = changed.values[inputs.get(name)?.toLowerCase() ?? ""];
    return value ? { name: changed.name, value } : { note: kept(name, input.deprecation) };
  }
  const ours = /^Alias of `([^`]+)` from/.exec(input.description)?.[1];
  // A family with a revision is one input of ours: family:revision.
  const isPart = name === "task-definition-family" && inputs.has("task-definition-revision");
  if (ours && !isPart && !inputs.has(ours)) return { name: ours };
  return input.deprecation ? { note: kept(name, input.deprecation) } : {};
}

const kept = (name: string, deprecation = "") => `the input ${name} still works. ${deprecation}`;

/** Returns notes on how a changed step behaves differently. */
export function notesOf(action: string, inputs: ReadonlyMap<string, string>): string[] {
  const waits = inputs.has("wait-for-service-stability") || inputs.has("wait-until");
  if (action === "deploy-service" && !waits && inputs.has("service"))
    return [
      "the step now waits until the deployment is complete. For the former behaviour, add wait-until: started",
    ];
  return [];
}
