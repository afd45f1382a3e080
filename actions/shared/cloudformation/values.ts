/** A resource, or an attribute of one, of a template of the set: its value is only known once it is created. */
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

/** What the templates alone do not tell, such as the account's id or a parameter without a value. */
export class Unknown {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** `AWS::NoValue`: the property is left out. */
export const noValue = Symbol("AWS::NoValue");

export function isKnown(value: unknown): boolean {
  return !(value instanceof Reference) && !(value instanceof Unknown);
}

/** The value in words, for a message. */
export function describeValue(value: unknown): string {
  if (value instanceof Unknown) return value.reason;
  if (!(value instanceof Reference)) return JSON.stringify(value);
  return `${value.template}/${value.logicalId}${value.attribute ? `.${value.attribute}` : ""}`;
}
