import { existsSync } from "node:fs";
import { findDataPositions, type Keys, readDataFile } from "../core/data-file.ts";
import { isObject } from "../core/is-object.ts";
import { didYouMean } from "../core/nearest-name.ts";
import { readTextFile } from "../core/text-file.ts";
import type { PlannedStack, Template } from "./template.ts";

/** Values of a profile file for one template's parameters. */
type Given = { readonly [parameter: string]: unknown };

/** Reads a profile file, an object of parameter values by template name; `{}` without a file. */
export function readParameters(file: string | undefined): unknown {
  return file ? readDataFile(file) : {};
}

/** Returns the names of the templates in a profile's file, which are its only ones; without a file, all names. */
export function templatesOfProfile(
  file: string | undefined,
  values: unknown,
  templates: readonly Template[],
): string[] {
  return file && isObject(values) ? Object.keys(values) : templates.map(({ name }) => name);
}

/** Returns a sentence per name that is not a template. */
export function unknownNames(
  names: readonly string[],
  templates: readonly Template[],
  where: string,
): string[] {
  const known = templates.map(({ name }) => name);
  return names
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `${where} ${name}, which is not a template${didYouMean(name, known) || `; the templates are ${known.join(", ")}`}`,
    );
}

/** Returns a sentence per template, parameter or value in `values` that does not fit the templates. */
export function findParameterProblems(
  values: unknown,
  templates: readonly Template[],
  file: string,
): string[] {
  if (!isObject(values)) return [`${file} does not contain a JSON object`];
  return [
    ...Object.keys(values).flatMap((name) =>
      unknownNames([name], templates, `${placeIn(file, [name])} names`),
    ),
    ...templates.flatMap((template) => {
      const given = values[template.name] ?? {};
      if (!isObject(given))
        return [`${placeIn(file, [template.name])}: ${template.name} is not an object of parameter values`];
      return wrongParameters(given, template, file);
    }),
  ];
}

function wrongParameters(given: Given, template: Template, file: string): string[] {
  const allowed = Object.keys(template.parameters);
  return Object.entries(given).flatMap(([name, value]) => {
    const place = () => placeIn(file, [template.name, name]);
    if (!allowed.includes(name))
      return [
        `${place()}: ${template.name} does not have the parameter ${name}${didYouMean(name, allowed) || `; it has ${allowed.join(", ") || "none"}`}`,
      ];
    return isParameterValue(value)
      ? []
      : [`${place()}: ${template.name}.${name} must be a string, number, boolean or list of strings`];
  });
}

/** Returns `file:line` of a key of a profile file. */
export function placeIn(file: string, keys: Keys): string {
  const line = existsSync(file) ? findDataPositions(readTextFile(file)).lineOf(keys) : undefined;
  return line === undefined ? file : `${file}:${line}`;
}

function isParameterValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === "string");
  return ["string", "number", "boolean"].includes(typeof value);
}

/** Plans the stack of a template; `values` must have no problems. */
export function planStack(
  template: Template,
  templates: readonly Template[],
  values: unknown,
  stackPrefix: string,
): PlannedStack {
  const given = Object.entries(givenTo(template, values)).map(
    ([name, value]) => [name, String(value)] as const,
  );
  return {
    template,
    stackName: `${stackPrefix}-${template.name}`,
    parameters: new Map([...siblingStacks(template, templates, stackPrefix), ...given]),
  };
}

export function givenTo(template: Template, values: unknown): Given {
  const given = isObject(values) ? values[template.name] : undefined;
  return isObject(given) ? given : {};
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
