import { withLookupsNamed } from "../cloudformation/evaluate.ts";
import {
  findParameterProblems,
  planStack,
  readParameters,
  templatesOfProfile,
} from "../cloudformation/plan-stacks.ts";
import type { PlannedStack } from "../cloudformation/template.ts";
import { readTemplates } from "../cloudformation/template.ts";
import { Failure } from "../core/failure.ts";

export interface StackChoice {
  readonly templatesFolder: string;
  /** All templates of the folder are chosen without it. */
  readonly parametersFile: string | undefined;
}

/** Returns the stacks that a profile creates from a folder's templates. */
export function readCostStacks({ templatesFolder, parametersFile }: StackChoice): PlannedStack[] {
  const templates = readTemplates(templatesFolder);
  // No price depends on which resource of its kind a lookup finds.
  const values = withLookupsNamed(readParameters(parametersFile));
  const problems = findParameterProblems(values, templates, parametersFile ?? "parameters");
  if (problems.length > 0)
    throw new Failure(problems.join("; "), { nextStep: "correct these names; nothing was estimated." });
  const chosen = templatesOfProfile(parametersFile, values, templates);
  return templates
    .filter(({ name }) => chosen.includes(name))
    .map((template) => planStack(template, templates, values, "microservices"));
}
