import type { PlannedStack } from "../cloudformation/dependencies.ts";
import {
  findParameterProblems,
  planStack,
  readParameters,
  unknownNames,
} from "../cloudformation/plan-stacks.ts";
import { readTemplates } from "../cloudformation/template.ts";
import { Failure } from "../failure.ts";
import { isObject } from "../task-definition.ts";

export interface StackChoice {
  readonly templatesFolder: string;
  /** Template names; empty for all of the profile, or of the folder without one. */
  readonly stacks: readonly string[];
  readonly parametersFile: string | undefined;
}

/** The stacks that a profile makes of a folder's templates. */
export function readCostStacks({ templatesFolder, stacks, parametersFile }: StackChoice): PlannedStack[] {
  const templates = readTemplates(templatesFolder);
  const values = withLookupsNamed(readParameters(parametersFile));
  const problems = [
    ...unknownNames(stacks, templates, "Input stacks names"),
    ...findParameterProblems(values, templates, parametersFile ?? "parameters"),
  ];
  if (problems.length > 0)
    throw new Failure(problems.join("; "), { nextStep: "correct these names; nothing was estimated." });
  const ofProfile =
    parametersFile && isObject(values) ? Object.keys(values) : templates.map(({ name }) => name);
  const chosen = stacks.length > 0 ? stacks : ofProfile;
  return templates
    .filter(({ name }) => chosen.includes(name))
    .map((template) => planStack(template, templates, values, "microservices"));
}

/**
 * A value that is looked up in the account, such as `{ "vpc": "LabVPC" }`, becomes a text that names it: no price
 * depends on which one it is, and an estimate asks no account.
 */
function withLookupsNamed(values: unknown): unknown {
  if (!isObject(values)) return values;
  const named = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(named);
    const [[kind, name] = [], ...others] = isObject(value) ? Object.entries(value) : [];
    return typeof name === "string" && others.length === 0 ? `${kind} ${name}` : value;
  };
  return Object.fromEntries(
    Object.entries(values).map(([template, given]) => [
      template,
      isObject(given)
        ? Object.fromEntries(Object.entries(given).map(([name, value]) => [name, named(value)]))
        : given,
    ]),
  );
}
