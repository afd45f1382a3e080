import { isObject } from "../core/is-object.ts";

/** A resource in the set of templates, or an attribute of one: its value is only known once it is created. */
export class Reference {
  readonly template: string;
  readonly logicalId: string;
  readonly attribute: string | undefined;

  constructor(template: string, logicalId: string, attribute?: string) {
    this.template = template;
    this.logicalId = logicalId;
    this.attribute = attribute;
  }
}

/** A value that the templates alone do not show, such as the account's id or a parameter without a value. */
export class Unknown {
  readonly reason: string;
  /** Known parts of the value that are in the set: the repository in `<repository's address>:tag`. */
  readonly references: readonly Reference[];

  constructor(reason: string, references: readonly Reference[] = []) {
    this.reason = reason;
    this.references = references;
  }
}

/** `AWS::NoValue`: the property is left out. */
export const noValue = Symbol("AWS::NoValue");

export function isKnown(value: unknown): boolean {
  return !(value instanceof Reference) && !(value instanceof Unknown);
}

/** Returns the resources that a value references, at any depth. */
export function referencesIn(value: unknown): Reference[] {
  if (value instanceof Reference) return [value];
  if (value instanceof Unknown) return [...value.references];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return isObject(value) ? Object.values(value).flatMap(referencesIn) : [];
}

/** Describes the value in words, for a message. */
export function describeValue(value: unknown): string {
  if (value instanceof Unknown) return value.reason;
  if (!(value instanceof Reference)) return JSON.stringify(value);
  return `${value.template}/${value.logicalId}${value.attribute ? `.${value.attribute}` : ""}`;
}
