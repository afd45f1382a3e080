import { findDependencies, inOrder } from "../../../cloudformation/dependencies.ts";
import {
  findParameterProblems,
  planStack,
  templatesOfProfile,
  unknownNames,
} from "../../../cloudformation/plan-stacks.ts";
import { readTemplates } from "../../../cloudformation/template.ts";
import { Failure } from "../../../core/failure.ts";
import type { ProvisionInputs } from "../inputs.ts";

export type StackSet = ReturnType<typeof chooseStacks>;

/** Checks names and order of everything. `values` is the profile's content, without lookups. */
export function chooseStacks(inputs: ProvisionInputs, values: unknown) {
  const { parametersFile, stackPrefix, stacks: wanted, existing } = inputs;
  const templates = readTemplates(inputs.templatesFolder);
  const named = templatesOfProfile(parametersFile, values, templates);
  const leftOut = templates.map(({ name }) => name).filter((name) => !named.includes(name));
  const problems = [
    ...unknownNames(wanted, templates, "Input stacks lists"),
    ...unknownNames([...existing.byTemplate.keys()], templates, "Input existing-resources lists"),
    ...findParameterProblems(values, templates, parametersFile ?? "parameters"),
    ...leftOut
      .filter((name) => wanted.includes(name))
      .map(
        (name) =>
          `Input stacks lists ${name}, which is not in ${parametersFile} and so not part of this profile (add "${name}": {} to include it)`,
      ),
  ];
  if (problems.length > 0)
    throw new Failure(problems.join("; "), { nextStep: "correct these names; nothing was changed." });
  const folder = templates.map((template) => planStack(template, templates, values, stackPrefix));
  const ofProfile = folder.filter(({ template }) => named.includes(template.name));
  const needs = findDependencies(ofProfile);
  const chosen = inOrder(needs).filter((name) => wanted.length === 0 || wanted.includes(name));
  return {
    /** The chosen stacks, dependencies first. */
    stacks: chosen.flatMap((name) => ofProfile.find(({ template }) => template.name === name) ?? []),
    /** Template name → chosen templates it needs. */
    dependencies: new Map(
      chosen.map((name) => [name, new Set(chosen.filter((need) => needs.get(name)?.has(need)))]),
    ),
    /** The stack of every template of the folder, chosen or not. */
    folder,
    /** Templates of the folder that the profile does not list. */
    leftOut,
  };
}
