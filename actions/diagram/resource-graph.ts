import type { EvaluatedResource } from "../cloudformation/resources.ts";
import { isKnown, type Reference, referencesIn } from "../cloudformation/values.ts";
import { isObject } from "../core/task-definition.ts";
import { cardTypes, hiddenTypes } from "./card-types.ts";

export const idOf = ({ template, logicalId }: Pick<EvaluatedResource, "template" | "logicalId">) =>
  `${template}/${logicalId}`;

/** Returns a type without `AWS::`. */
export const typeOf = ({ type }: EvaluatedResource) => type.replace(/^AWS::/, "");

/** Returns whether a resource has a card or frame of its own. */
export function isShown(resource: EvaluatedResource): boolean {
  const known = cardTypes[typeOf(resource)];
  return known ? (known.only?.(resource.properties) ?? true) : !hiddenTypes.has(typeOf(resource));
}

/** Returns the texts in a value, at any depth. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) && isKnown(value) ? Object.values(value).flatMap(textsIn) : [];
}

export function titleOf(resource: EvaluatedResource): string {
  const { logicalId, properties } = resource;
  const type = typeOf(resource).replace(/^.*::/, "");
  const tag = [properties.Tags].flat().find((each) => isObject(each) && each.Key === "Name");
  const names = [properties[`${type}Name`], properties.Name, isObject(tag) && tag.Value];
  const name = names.find((each) => typeof each === "string");
  return cardTypes[typeOf(resource)]?.title?.(properties) || String(name ?? logicalId);
}

export type ResourceGraph = ReturnType<typeof createGraph>;

/** The resources of all stacks, with what each references. */
export function createGraph(all: readonly EvaluatedResource[]) {
  const byId = new Map(all.map((resource) => [idOf(resource), resource]));
  const find = (reference: Reference) => byId.get(idOf(reference)) ?? [];
  const referenced = (value: unknown) => [...new Set(referencesIn(value).flatMap(find))];
  return {
    all,
    ofType: (...types: readonly string[]) => all.filter((each) => types.includes(typeOf(each))),
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
        if (each === resource || !(isShown(each) || typeOf(each) === "EC2::Subnet"))
          for (const next of referenced(each.properties)) found.add(next);
      return [...found];
    },
  };
}
