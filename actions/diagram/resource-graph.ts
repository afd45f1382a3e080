import type { EvaluatedResource } from "../cloudformation/resources.ts";
import { rowOf } from "../cloudformation/types/table.ts";
import { isKnown, type Reference, referencesIn } from "../cloudformation/values.ts";
import { isObject } from "../core/is-object.ts";

export const idOf = ({ template, logicalId }: Pick<EvaluatedResource, "template" | "logicalId">) =>
  `${template}/${logicalId}`;

/** Returns how a type is shown. A type without a row has a card with its own name. */
export const cardOf = (type: string) => {
  const row = rowOf(type);
  return row ? row.card : { service: type.replace(/^AWS::/, "").replace("::", " ") };
};

/** Returns whether a resource has a card or frame of its own. */
export function isShown({ type, properties }: EvaluatedResource): boolean {
  const card = cardOf(type);
  return card !== undefined && (card.only?.(properties) ?? true);
}

/** Returns the texts in a value, at any depth. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) && isKnown(value) ? Object.values(value).flatMap(textsIn) : [];
}

export function titleOf(resource: EvaluatedResource): string {
  const { logicalId, properties, type } = resource;
  const tag = [properties.Tags].flat().find((each) => isObject(each) && each.Key === "Name");
  const names = [properties[`${type.replace(/^.*::/, "")}Name`], properties.Name, isObject(tag) && tag.Value];
  const name = names.find((each) => typeof each === "string");
  return cardOf(type)?.title?.(properties) || String(name ?? logicalId);
}

export type ResourceGraph = ReturnType<typeof createGraph>;

/** The resources of all stacks, with what each references. */
export function createGraph(all: readonly EvaluatedResource[]) {
  const byId = new Map(all.map((resource) => [idOf(resource), resource]));
  const find = (reference: Reference) => byId.get(idOf(reference)) ?? [];
  const referenced = (value: unknown) => [...new Set(referencesIn(value).flatMap(find))];
  return {
    all,
    ofType: (...types: readonly string[]) => all.filter((each) => types.includes(each.type)),
    /** Returns the resources that a value references directly. */
    referenced,
    /** Returns the resources whose names are in a value. */
    namedIn(value: unknown): EvaluatedResource[] {
      const texts = new Set(textsIn(value));
      return all.filter((each) => texts.has(titleOf(each)));
    },
    /** Returns a resource, what it references, and what hidden ones such as its role reference in turn. */
    used(resource: EvaluatedResource): EvaluatedResource[] {
      const found = new Set([resource]);
      for (const each of found)
        if (each === resource || !(isShown(each) || each.type === "AWS::EC2::Subnet"))
          for (const next of referenced(each.properties)) found.add(next);
      return [...found];
    },
  };
}
