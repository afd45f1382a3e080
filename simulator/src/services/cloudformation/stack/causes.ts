import type { ChangeSource } from "@aws-sdk/client-cloudformation";
import { type Reference, references } from "../template/references.ts";
import { isMapping, sameValue, type Value } from "../template/value.ts";
import { conditionReader, type Definition } from "./definition.ts";

/** Where a property's new value comes from, as DescribeChangeSet names it. */
export interface Cause {
  readonly source: ChangeSource;
  /** The parameter, resource or attribute; undefined for a change of the template itself. */
  readonly entity: string | undefined;
  /** Whether the value contains a NoEcho parameter. */
  readonly secret: boolean;
}

export interface Change {
  readonly previous: Definition | undefined;
  readonly next: Definition;
  /** Resources whose physical id or attributes the change may renew. */
  readonly renewed: ReadonlySet<string>;
}

/** At least one cause for a property that changes. */
export function causesOf(name: string, logicalId: string, change: Change): Cause[] {
  const { previous, next } = change;
  const declared = propertyOf(next, logicalId, name);
  const found = references(declared, conditionReader(next.conditions), `/Resources/${logicalId}/${name}`);
  const secret = found.some(({ name }) => String(next.template.parameters[name]?.NoEcho) === "true");
  const causes: Omit<Cause, "secret">[] = found.flatMap((reference) => causeOf(reference, change));
  const rewritten = !sameValue(declared, previous ? propertyOf(previous, logicalId, name) : null);
  if (rewritten || causes.length === 0) causes.push({ source: "DirectModification", entity: undefined });
  const unique = new Map(causes.map((cause) => [`${cause.source} ${cause.entity}`, { ...cause, secret }]));
  return [...unique.values()];
}

function causeOf(
  { kind, name, attribute }: Reference,
  { previous, next, renewed }: Change,
): Omit<Cause, "secret">[] {
  if (renewed.has(name))
    return kind === "Ref"
      ? [{ source: "ResourceReference", entity: name }]
      : [{ source: "ResourceAttribute", entity: `${name}.${attribute}` }];
  const before: string | undefined = previous?.parameters[name];
  const after = next.parameters[name];
  return after !== undefined && !sameValue(before, after)
    ? [{ source: "ParameterReference", entity: name }]
    : [];
}

function propertyOf({ resources }: Definition, logicalId: string, name: string): Value {
  const properties = resources[logicalId]?.properties;
  return (isMapping(properties) ? properties[name] : undefined) ?? null;
}
