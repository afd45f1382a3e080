import type { XmlElement } from "./parse-xml.ts";
import { type Member, membersOf, missingMember, type Schema, unknownMember, wrongType } from "./schema.ts";

interface XmlTraits {
  readonly xmlName?: string;
  readonly xmlFlattened?: number;
  readonly xmlAttribute?: number;
}

/**
 * Reads an element by its schema. Source: Smithy 2.0, "XML binding traits".
 * Throws ShapeError for an unknown element, a wrong type or a missing required one.
 */
export function fromXml(schema: Schema, element: XmlElement, path: string): unknown {
  if (schema.isStructSchema()) return structure(schema, element, path);
  if (schema.isListSchema()) {
    const itemName = traitsOf(schema.getValueSchema()).xmlName ?? "member";
    return element.children.map((child, index) => {
      if (child.name !== itemName) throw wrongType(`${path}.${child.name}`, `a list of ${itemName}`);
      return fromXml(schema.getValueSchema(), child, `${path}[${index}]`);
    });
  }
  if (element.children.length > 0) throw wrongType(path, "text");
  return scalar(schema, element.text, path);
}

function structure(schema: Schema, element: XmlElement, path: string): object {
  const members = membersOf(schema);
  const result: Record<string, unknown> = {};
  if (element.text.trim() !== "") throw wrongType(path, "a structure");
  for (const child of element.children) {
    const at = `${path}.${child.name}`;
    const member = members.find((each) => wireName(each) === child.name);
    if (!member) throw unknownMember(at, members);
    const { name, schema: memberSchema } = member;
    if (memberSchema.isListSchema() && traitsOf(memberSchema).xmlFlattened) {
      const items = (result[name] as unknown[] | undefined) ?? [];
      result[name] = [...items, fromXml(memberSchema.getValueSchema(), child, `${at}[${items.length}]`)];
    } else result[name] = fromXml(memberSchema, child, at);
  }
  for (const { name, required } of members)
    if (required && result[name] === undefined) throw missingMember(`${path}.${name}`);
  return result;
}

function wireName({ name, schema }: Member): string {
  return traitsOf(schema).xmlName ?? name;
}

function traitsOf(schema: Schema): XmlTraits {
  return schema.getMergedTraits() as XmlTraits;
}

function scalar(schema: Schema, text: string, path: string): unknown {
  if (schema.isBooleanSchema()) {
    if (text !== "true" && text !== "false") throw wrongType(path, "true or false");
    return text === "true";
  }
  if (schema.isNumericSchema()) {
    if (text.trim() === "" || !Number.isFinite(Number(text))) throw wrongType(path, "a number");
    return Number(text);
  }
  if (schema.isTimestampSchema()) {
    const date = new Date(text);
    if (Number.isNaN(date.getTime())) throw wrongType(path, "a timestamp");
    return date;
  }
  return schema.isBlobSchema() ? Buffer.from(text, "base64") : text;
}
