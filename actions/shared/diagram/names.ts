import type { EvaluatedResource } from "../cloudformation/resources.ts";
import { isObject } from "../task-definition.ts";
import type { DrawnResources } from "./drawn-resources.ts";
import { drawnTypes } from "./drawn-types.ts";

/** Returns a resource's title: the name in its template, else its logical id. */
export function titleOf(resource: EvaluatedResource, resources: DrawnResources): string {
  const drawing = drawnTypes[resource.type];
  if (drawing?.as === "node" && drawing.title) return drawing.title(resource, resources);
  const property = drawing?.as === "node" || drawing?.as === "group" ? drawing.name : undefined;
  if (property === undefined) return resource.logicalId;
  const name = property === "Tags" ? nameTag(resource, resources) : resources.textAt(resource, property);
  return name ?? resource.logicalId;
}

function nameTag(resource: EvaluatedResource, resources: DrawnResources): string | undefined {
  const tags = resources.valuesAt(resource, "Tags").filter(isObject);
  const value = tags.find(({ Key }) => Key === "Name")?.Value;
  return typeof value === "string" ? value : undefined;
}
