import type { InputConfig } from "@actions/workflow-parser/model/workflow-template";
import { nearest } from "@ecs-delivery/program/command-line";
import { WorkflowRefused } from "../errors.ts";
import type { Json } from "../expressions/evaluate.ts";
import type { Workflow } from "./workflow.ts";

/** An input that a workflow declares for manual runs, as a form shows it. */
export interface DispatchInput {
  name: string;
  type: "string" | "boolean" | "choice" | "number" | "environment";
  description: string;
  required: boolean;
  default: string;
  options: string[];
}

interface InputProblem {
  input: string;
  message: string;
}

/** A manual run whose inputs the workflow does not accept. Lists every problem. */
export class InputsRefused extends WorkflowRefused {
  readonly problems: readonly InputProblem[];

  constructor(path: string, problems: readonly InputProblem[]) {
    super(problems.map(({ message }) => `${path}: ${message}`).join("\n"));
    this.problems = problems;
  }
}

/** Returns the inputs that a manual run can set; those of a call for a workflow that is only called. */
const inputsOf = ({ events }: Workflow): Readonly<Record<string, InputConfig>> | undefined => {
  const started = events.workflow_dispatch ?? events.workflow_call;
  return started && ((started.inputs ?? {}) as Record<string, InputConfig>);
};

/** Returns the inputs of a manual run; throws for a workflow that cannot be started manually. */
export function dispatchInputs(workflow: Workflow): DispatchInput[] {
  const inputs = inputsOf(workflow);
  if (!inputs) throw new WorkflowRefused(`${workflow.path}: it has no 'workflow_dispatch' trigger`);
  return Object.entries(inputs).map(([name, input]) => ({
    name,
    type: (input.type as DispatchInput["type"] | undefined) ?? "string",
    description: input.description ?? "",
    required: input.required ?? false,
    default: String(input.default ?? (String(input.type) === "boolean" ? false : "")),
    options: input.options ?? [],
  }));
}

/** Returns the values of a manual run, with defaults filled in. Throws InputsRefused for what GitHub refuses. */
export function readDispatchInputs(
  workflow: Workflow,
  given: Readonly<Record<string, string>>,
): Record<string, Json> {
  const inputs = dispatchInputs(workflow);
  const problems = [
    ...Object.keys(given)
      .filter((name) => !inputs.some((input) => input.name === name))
      .map((name) => ({ input: name, message: unknownInput(name, inputs) })),
    ...inputs.flatMap((input) => {
      const message = problemOf(input, given[input.name] ?? "", workflow);
      return message === undefined ? [] : [{ input: input.name, message }];
    }),
  ];
  if (problems.length > 0) throw new InputsRefused(workflow.path, problems);
  return Object.fromEntries(
    inputs.map((input) => [input.name, readValue(input, given[input.name] || input.default)]),
  );
}

function unknownInput(name: string, inputs: readonly DispatchInput[]): string {
  const names = inputs.map((input) => input.name);
  const near = nearest(name, names);
  const list = names.length === 0 ? "It has none." : `Inputs: ${names.join(", ")}`;
  return `the input '${name}' is unknown${near ? `, did you mean '${near}'?` : "."} ${list}`;
}

function problemOf(
  { name, type, required, options }: DispatchInput,
  given: string,
  workflow: Workflow,
): string | undefined {
  if (given === "") {
    const hasDefault = inputsOf(workflow)?.[name]?.default !== undefined;
    if (!required || hasDefault) return undefined;
    return `the input '${name}' is required${options.length > 0 ? `: one of ${options.join(", ")}` : ""}`;
  }
  const allowed = type === "boolean" ? ["true", "false"] : options;
  if (allowed.length > 0 && !allowed.includes(given))
    return `the value '${given}' of '${name}' is not one of ${allowed.join(", ")}`;
  if (type === "number" && !Number.isFinite(Number(given)))
    return `the value '${given}' of '${name}' is not a number`;
  return undefined;
}

function readValue({ type }: DispatchInput, text: string): Json {
  if (type === "boolean") return text === "true";
  return type === "number" ? Number(text) : text;
}
