import { basename, extname } from "node:path";
import { findDependencies, inOrder } from "@ecs-delivery/actions/cloudformation/dependencies";
import { planStack } from "@ecs-delivery/actions/cloudformation/plan-stacks";
import { parseTemplate, type Template } from "@ecs-delivery/actions/cloudformation/template";
import { Failure } from "@ecs-delivery/actions/core/failure";

/** Name of the stacks: `rehearsal-service` of `infra/service.yaml`. */
export const stackPrefix = "rehearsal";

export function readTemplate(file: string, body: string): Template | undefined {
  try {
    return parseTemplate(body, file, basename(file, extname(file)));
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Finds the templates that define clusters or services, and those that they import from: dependencies first. */
export function orderTemplates(files: ReadonlyMap<string, string>): string[] {
  const found = [...files].flatMap(([file, body]) =>
    /\bAWS::\w+::\w+/.test(body) ? (readTemplate(file, body) ?? []) : [],
  );
  const templates = [...new Map(found.map((template) => [template.name, template])).values()];
  const needs = findDependencies(
    templates.map((template) => planStack(template, templates, {}, stackPrefix)),
  );
  const kept = new Set<string>();
  const keep = (name: string) => {
    if (kept.has(name)) return;
    kept.add(name);
    for (const need of needs.get(name) ?? []) keep(need);
  };
  for (const { name, body } of templates) if (/\bAWS::ECS::(Cluster|Service)\b/.test(body)) keep(name);
  const byName = new Map(templates.map((template) => [template.name, template.file]));
  return inOrder(needs).flatMap((name) => (kept.has(name) ? (byName.get(name) ?? []) : []));
}
