import type { EvaluatedResource } from "../cloudformation/resources.ts";
import { isKnown, Reference, referencesIn } from "../cloudformation/values.ts";
import { isObject } from "../task-definition.ts";
import { idOf } from "./diagram.ts";

/** The resources of all stacks, and the paths from one to another. */
export class DrawnResources {
  readonly all: readonly EvaluatedResource[];
  readonly #byId: ReadonlyMap<string, EvaluatedResource>;

  constructor(all: readonly EvaluatedResource[]) {
    this.all = all;
    this.#byId = new Map(all.map((resource) => [idOf(resource), resource]));
  }

  ofType(...types: readonly string[]): EvaluatedResource[] {
    return this.all.filter(({ type }) => types.includes(type));
  }

  find(reference: Reference): EvaluatedResource | undefined {
    return this.#byId.get(idOf(reference));
  }

  /**
   * Returns the values at a path such as `TaskDefinition.ContainerDefinitions.Image`: through every item of a list, and
   * through a reference into the properties of its resource.
   */
  valuesAt(resource: EvaluatedResource, path: string): unknown[] {
    let values: unknown[] = [resource.properties];
    for (const key of path.split(".")) values = values.flatMap((value) => this.#member(value, key));
    return values;
  }

  /** Returns the first value there that can be a text. */
  textAt(resource: EvaluatedResource, path: string): string | undefined {
    const value = this.valuesAt(resource, path)[0];
    return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
  }

  textsAt(resource: EvaluatedResource, path: string): string[] {
    return this.valuesAt(resource, path).filter((value) => typeof value === "string");
  }

  /**
   * Returns the resources of these types that the values there reference, directly or by the name that `nameOf`
   * returns.
   */
  targetsAt(
    resource: EvaluatedResource,
    path: string,
    types: readonly string[],
    nameOf?: (resource: EvaluatedResource) => string,
  ): EvaluatedResource[] {
    return this.targetsOf(this.valuesAt(resource, path), types, nameOf);
  }

  targetsOf(
    value: unknown,
    types: readonly string[],
    nameOf?: (resource: EvaluatedResource) => string,
  ): EvaluatedResource[] {
    const named = nameOf
      ? this.ofType(...types).filter((target) => textsIn(value).includes(nameOf(target)))
      : [];
    const referred = referencesIn(value).flatMap((reference) => this.find(reference) ?? []);
    return [...new Set([...referred.filter(({ type }) => types.includes(type)), ...named])];
  }

  #member(value: unknown, key: string): unknown[] {
    const holder = value instanceof Reference ? this.find(value)?.properties : value;
    const member = isObject(holder) && isKnown(holder) ? holder[key] : undefined;
    if (member === undefined) return [];
    return Array.isArray(member) ? member.flat(Number.POSITIVE_INFINITY) : [member];
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) && isKnown(value) ? Object.values(value).flatMap(textsIn) : [];
}
