import type { ResourceType } from "../resources/resource-type.ts";
import { coerce, object } from "../resources/shape.ts";
import type { Tag } from "../resources/tag-changes.ts";
import { checkDynamicReferences } from "../template/dynamic-references.ts";
import { validationError } from "../template/errors.ts";
import { evaluate, type Scope } from "../template/evaluate.ts";
import type { ResourceDeclaration } from "../template/template.ts";
import type { Mapping, Value } from "../template/value.ts";

/**
 * Returns the properties of a resource: evaluated, the stack's tags added, checked and coerced, with dynamic
 * references.
 */
export function evaluateProperties(
  logicalId: string,
  declared: ResourceDeclaration,
  type: ResourceType,
  scope: Scope,
  stackTags: readonly Tag[],
): Mapping {
  const place = `/Resources/${logicalId}/Properties`;
  const evaluated = evaluate(declared.properties, { ...scope, dynamicReferences: true }, place) as Mapping;
  checkDynamicReferences(evaluated, place);
  const withTags = type.properties.Tags ? addTags(evaluated, stackTags) : evaluated;
  return coerceProperties(logicalId, type, withTags);
}

/** Throws ValidationError for a property that is missing, unknown or of another shape. */
export function coerceProperties(logicalId: string, type: ResourceType, properties: Mapping): Mapping {
  try {
    return coerce(object(type.properties, type.required), properties, "#") as Mapping;
  } catch (error) {
    const { message } = error as Error;
    throw validationError(`Properties validation failed for resource ${logicalId} with message: ${message}`);
  }
}

/** A resource's own tag overrides the stack's of the same key. */
function addTags(properties: Mapping, stackTags: readonly Tag[]): Mapping {
  const own = properties.Tags;
  if (stackTags.length === 0 || (own !== undefined && !Array.isArray(own))) return properties;
  const taken = new Set((own ?? []).map((tag) => (tag as { Key?: Value } | null)?.Key));
  const inherited = stackTags.filter(({ Key }) => !taken.has(Key)).map(({ Key, Value }) => ({ Key, Value }));
  return { ...properties, Tags: [...(own ?? []), ...inherited] };
}
