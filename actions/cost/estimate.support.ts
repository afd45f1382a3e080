import { join, resolve } from "node:path";
import { planStack } from "../cloudformation/plan-stacks.ts";
import { parseTemplate } from "../cloudformation/template.ts";
import { readCostStacks } from "./cost-stacks.ts";
import { type Estimate, estimateCosts } from "./estimate.ts";
import { type PriceList, readPriceList } from "./price-list.ts";
import { readTaskSizes, type TaskSize } from "./task-sizes.ts";
import { readUsage, type Usage } from "./usage.ts";

const repository = resolve(import.meta.dirname, "../..");
export const templatesFolder = join(repository, "infra-templates");

/** Estimates the repository's own templates with one of their profiles. */
export function estimateProfile(profile: string, usageFile?: string): Estimate {
  const parametersFile = join(templatesFolder, `parameters/${profile}.json`);
  return estimateCosts({
    stacks: readCostStacks({ templatesFolder, parametersFile }),
    priceList: readPriceList(),
    usage: readUsage(usageFile && join(repository, usageFile)),
    taskSizes: readTaskSizes(join(templatesFolder, "ecs")),
  });
}

export interface Given {
  readonly usage?: Partial<Usage>;
  readonly priceList?: PriceList;
  readonly taskSizes?: ReadonlyMap<string, TaskSize>;
  readonly parameters?: unknown;
}

/** Estimates one template `one` with these resources, in YAML, or with all its sections. */
export function estimateTemplate(text: string, given: Given = {}): Estimate {
  const body = /^Resources:/m.test(text) ? text : `Resources:\n${text}`;
  const template = parseTemplate(body, "one.yaml", "one");
  const { parameters = {}, priceList = readPriceList(), taskSizes = new Map() } = given;
  const stacks = [planStack(template, [template], { one: parameters }, "test")];
  return estimateCosts({ stacks, priceList, usage: { ...readUsage(undefined), ...given.usage }, taskSizes });
}
