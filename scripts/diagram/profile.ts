import { join } from "node:path";
import type { PlannedStack } from "../../actions/shared/cloudformation/dependencies.ts";
import { withLookupsNamed } from "../../actions/shared/cloudformation/evaluate.ts";
import { planStack } from "../../actions/shared/cloudformation/plan-stacks.ts";
import { evaluateOutputs } from "../../actions/shared/cloudformation/resources.ts";
import { readTemplates } from "../../actions/shared/cloudformation/template.ts";
import { readDataFile } from "../../actions/shared/data-file.ts";
import type { Diagram } from "../../actions/shared/diagram/diagram.ts";
import { drawDiagram } from "../../actions/shared/diagram/draw.ts";
import { readTaskDefinitions } from "../../actions/shared/diagram/task-definitions.ts";
import { isObject } from "../../actions/shared/task-definition.ts";

/** Region of the course. */
const region = "us-east-1";

/** Parameter values that are set only after set-up; the diagram shows the finished state. */
const whenSetUp: { readonly [template: string]: { readonly [parameter: string]: string } } = {
  access: { GitHubRepository: "OWNER/ecs-delivery" },
  pipeline: { Sources: "ready" },
};

/** A profile of a folder's templates, with the task definitions that are deployed. */
export function drawProfile(templatesFolder: string, profile: string): Diagram {
  const stacks = profileStacks(templatesFolder, profile);
  const definitions = readTaskDefinitions(join(templatesFolder, "ecs"), evaluateOutputs(stacks, region));
  return drawDiagram(stacks, region, definitions);
}

export function profileStacks(templatesFolder: string, profile: string): PlannedStack[] {
  const content = withLookupsNamed(readDataFile(join(templatesFolder, "parameters", `${profile}.json`)));
  const given = isObject(content) ? content : {};
  const values = Object.fromEntries(
    Object.entries(given).map(([template, parameters]) => [
      template,
      { ...(isObject(parameters) ? parameters : {}), ...whenSetUp[template] },
    ]),
  );
  const templates = readTemplates(templatesFolder).filter(({ name }) => Object.hasOwn(values, name));
  return templates.map((template) => planStack(template, templates, values, "microservices"));
}
