import { readDataFile } from "../../shared/data-file.ts";
import { Failure } from "../../shared/failure.ts";
import { isObject } from "../../shared/task-definition.ts";
import { findDependencies, inOrder, type PlannedStack } from "./dependencies.ts";
import type { ProvisionInputs } from "./inputs.ts";
import { readTemplates, type Template } from "./template.ts";

export interface Plan {
  /** The chosen stacks, dependencies first. */
  readonly stacks: readonly PlannedStack[];
  /** Template name → chosen templates it needs. */
  readonly dependencies: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Checks names, parameters and order of everything before anything is changed. */
export function makePlan(inputs: ProvisionInputs): Plan {
  const templates = readTemplates(inputs.templatesFolder);
  const values = inputs.parametersFile ? readDataFile(inputs.parametersFile) : {};
  const problems = [
    ...unknownNames(inputs.stacks, templates, "Input stacks names"),
    ...checkParameters(values, templates, inputs),
  ];
  if (problems.length > 0)
    throw new Failure(problems.join("; "), { nextStep: "correct these names; nothing was changed." });
  const planned = templates.map((template) => planStack(template, templates, values as Values, inputs));
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

type Values = {
  readonly [template: string]: { readonly [parameter: string]: string | number | boolean | string[] };
};

function unknownNames(names: readonly string[], templates: readonly Template[], where: string): string[] {
  const known = templates.map(({ name }) => name);
  return names
    .filter((name) => !known.includes(name))
    .map((name) => `${where} ${name}, which is no template; there are ${known.join(", ")}`);
}

function checkParameters(values: unknown, templates: readonly Template[], inputs: ProvisionInputs): string[] {
  const file = inputs.parametersFile ?? "parameters";
  if (!isObject(values)) return [`${file} holds no JSON object`];
  return [
    ...unknownNames(Object.keys(values), templates, `${file} names`),
    ...templates.flatMap((template) => {
      const given = values[template.name] ?? {};
      if (!isObject(given)) return [`${file}: ${template.name} is no object of parameter values`];
      return [...wrongParameters(given, template, file), ...missingParameters(given, template, inputs)];
    }),
  ];
}

function wrongParameters(given: { [name: string]: unknown }, template: Template, file: string): string[] {
  const allowed = Object.keys(template.parameters);
  return Object.entries(given).flatMap(([name, value]) => {
    if (!allowed.includes(name))
      return [`${file}: ${template.name} has no parameter ${name}; it has ${allowed.join(", ") || "none"}`];
    return isParameterValue(value)
      ? []
      : [`${file}: ${template.name}.${name} must be a text, number, boolean or list of texts`];
  });
}

function missingParameters(
  given: { [name: string]: unknown },
  template: Template,
  inputs: ProvisionInputs,
): string[] {
  if (inputs.mode !== "apply" || (inputs.stacks.length > 0 && !inputs.stacks.includes(template.name)))
    return [];
  return Object.entries(template.parameters)
    .filter(([name, parameter]) => parameter.default === undefined && !(name in given))
    .map(
      ([name]) =>
        `${template.file}: parameter ${name} has no default and is given no value (input parameters)`,
    );
}

function isParameterValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === "string");
  return ["string", "number", "boolean"].includes(typeof value);
}

function planStack(
  template: Template,
  templates: readonly Template[],
  values: Values,
  inputs: ProvisionInputs,
): PlannedStack {
  const given = Object.entries(values[template.name] ?? {}).map(
    ([name, value]) => [name, String(value)] as const,
  );
  return {
    template,
    stackName: `${inputs.stackPrefix}-${template.name}`,
    parameters: new Map([...siblingStacks(template, templates, inputs.stackPrefix), ...given]),
  };
}

/** A parameter `…Stack` whose default is the name of a sibling's stack follows the prefix. */
function siblingStacks(
  template: Template,
  templates: readonly Template[],
  prefix: string,
): [string, string][] {
  return Object.entries(template.parameters).flatMap(([name, parameter]) => {
    const sibling = templates.find((other) => parameter.default === `microservices-${other.name}`);
    const stackName = `${prefix}-${sibling?.name}`;
    return name.endsWith("Stack") && sibling && stackName !== parameter.default ? [[name, stackName]] : [];
  });
}
