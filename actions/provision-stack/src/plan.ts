import { findDependencies, inOrder, type PlannedStack } from "../../shared/cloudformation/dependencies.ts";
import {
  findParameterProblems,
  givenTo,
  planStack,
  readParameters,
  unknownNames,
} from "../../shared/cloudformation/plan-stacks.ts";
import { readTemplates, type Template } from "../../shared/cloudformation/template.ts";
import { Failure } from "../../shared/failure.ts";
import type { ProvisionInputs } from "./inputs.ts";

export interface Plan {
  /** The chosen stacks, dependencies first. */
  readonly stacks: readonly PlannedStack[];
  /** Template name → chosen templates it needs. */
  readonly dependencies: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Checks names, parameters and order of everything before anything is changed. */
export function makePlan(inputs: ProvisionInputs): Plan {
  const templates = readTemplates(inputs.templatesFolder);
  const values = readParameters(inputs.parametersFile);
  const problems = [
    ...unknownNames(inputs.stacks, templates, "Input stacks names"),
    ...findParameterProblems(values, templates, inputs.parametersFile ?? "parameters"),
    ...templates.flatMap((template) => missingParameters(values, template, inputs)),
  ];
  if (problems.length > 0)
    throw new Failure(problems.join("; "), { nextStep: "correct these names; nothing was changed." });
  const planned = templates.map((template) => planStack(template, templates, values, inputs.stackPrefix));
  const dependencies = findDependencies(planned);
  const order = inOrder(dependencies);
  if ("circle" in order)
    throw new Failure(`The templates import from each other in a circle: ${order.circle.join(", ")}`, {
      nextStep: "move what both need into a template of its own.",
    });
  const chosen = order.filter((name) => inputs.stacks.length === 0 || inputs.stacks.includes(name));
  return {
    stacks: chosen.flatMap((name) => planned.find(({ template }) => template.name === name) ?? []),
    dependencies: new Map(
      chosen.map((name) => [
        name,
        new Set([...(dependencies.get(name) ?? [])].filter((need) => chosen.includes(need))),
      ]),
    ),
  };
}

function missingParameters(values: unknown, template: Template, inputs: ProvisionInputs): string[] {
  if (inputs.mode !== "apply" || (inputs.stacks.length > 0 && !inputs.stacks.includes(template.name)))
    return [];
  const given = givenTo(template, values);
  return Object.entries(template.parameters)
    .filter(([name, parameter]) => parameter.default === undefined && !(name in given))
    .map(
      ([name]) =>
        `${template.file}: parameter ${name} has no default and is given no value (input parameters)`,
    );
}
