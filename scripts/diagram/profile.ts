import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PlannedStack } from "../../actions/shared/cloudformation/dependencies.ts";
import { withLookupsNamed } from "../../actions/shared/cloudformation/evaluate.ts";
import { planStack } from "../../actions/shared/cloudformation/plan-stacks.ts";
import { evaluateOutputs } from "../../actions/shared/cloudformation/resources.ts";
import { readTemplates } from "../../actions/shared/cloudformation/template.ts";
import { readDataFile } from "../../actions/shared/data-file.ts";
import type { Diagram } from "../../actions/shared/diagram/diagram.ts";
import { drawDiagram } from "../../actions/shared/diagram/draw.ts";
import { diagramMermaid } from "../../actions/shared/diagram/mermaid.ts";
import { readTaskDefinitions } from "../../actions/shared/diagram/task-definitions.ts";
import { isObject } from "../../actions/shared/task-definition.ts";
import { layOut } from "./layout.ts";
import { diagramSvg } from "./svg.ts";

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

/**
 * Draws `<profile>.svg` and `<profile>.mmd` into a folder, for each profile of a folder of templates; `isCheck` writes
 * nothing. Returns the files that differ, or did.
 */
export async function updateDiagrams(
  templatesFolder: string,
  picturesFolder: string,
  isCheck: boolean,
): Promise<string[]> {
  const stale: string[] = [];
  const update = (name: string, content: string) => {
    const file = join(picturesFolder, name);
    if (existsSync(file) && readFileSync(file, "utf8") === content) return;
    stale.push(file);
    if (isCheck) return;
    mkdirSync(picturesFolder, { recursive: true });
    writeFileSync(file, content);
  };
  for (const file of readdirSync(join(templatesFolder, "parameters"))) {
    const profile = file.replace(/\.json$/, "");
    const diagram = drawProfile(templatesFolder, profile);
    const title = `Architecture of the profile ${profile}, drawn from the templates`;
    update(`${profile}.svg`, diagramSvg(diagram, await layOut(diagram), title));
    update(`${profile}.mmd`, `${diagramMermaid(diagram)}\n`);
  }
  return stale;
}
