import {
  fromScalar,
  type Member,
  membersOf,
  missingMember,
  type Schema,
  unknownMember,
  wrongType,
} from "./schema.ts";

/** Returns the content of a response of the query protocols: one element per existing member, by its schema. */
export function toXml(schema: Schema, value: unknown): string {
  if (schema.isStructSchema())
    return membersOf(schema)
      .map(({ name, schema: memberSchema }) => {
        const traits = memberSchema.getMergedTraits() as { xmlName?: string };
        return element(traits.xmlName ?? name, memberSchema, (value as Record<string, unknown>)[name]);
      })
      .join("");
  if (schema.isListSchema()) {
    const itemSchema = schema.getValueSchema();
    const itemName = (itemSchema.getMergedTraits() as { xmlName?: string }).xmlName ?? "member";
    return (value as unknown[]).map((item) => element(itemName, itemSchema, item)).join("");
  }
  if (schema.isMapSchema())
    return Object.entries(value as object)
      .map(
        ([key, item]) =>
          `<entry><key>${escapeXml(key)}</key>${element("value", schema.getValueSchema(), item)}</entry>`,
      )
      .join("");
  if (schema.isTimestampSchema()) return (value as Date).toISOString();
  if (schema.isBlobSchema()) return Buffer.from(value as Uint8Array).toString("base64");
  return escapeXml(String(value));
}

function element(name: string, schema: Schema, value: unknown): string {
  if (value === undefined || value === null) return "";
  const traits = schema.getMergedTraits() as { xmlFlattened?: number };
  if (schema.isListSchema() && traits.xmlFlattened)
    return (value as unknown[]).map((item) => element(name, schema.getValueSchema(), item)).join("");
  return `<${name}>${toXml(schema, value)}</${name}>`;
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An element without its attributes: the simulator needs none of them. */
interface XmlElement {
  /** Without the prefix of its namespace. */
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** Its text, entities resolved, without that of its children. */
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Comment, declaration, CDATA section, closing tag, opening tag, or text up to the next of them. */
const token =
  /<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(.*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/<>!?"']+)(\s(?:[^<>"']|"[^"]*"|'[^']*')*?)?(\/?)>|([^<]+)/gsy;

/** Reads the XML that clients of AWS send; throws SyntaxError where it is not well-formed, or has a DTD. */
export function parseXml(document: string): XmlElement {
  const root: OpenElement = { name: "", children: [], text: "" };
  const open: OpenElement[] = [root];
  const top = () => open.at(-1) ?? root;
  let position = 0;
  while (position < document.length) {
    token.lastIndex = position;
    const found = token.exec(document);
    if (!found) throw new SyntaxError(`The XML is not well-formed at character ${position + 1}.`);
    position = token.lastIndex;
    const [, cdata, closing, opening, , empty, text] = found;
    if (text !== undefined) top().text += resolveEntities(text);
    else if (cdata !== undefined) top().text += cdata;
    else if (closing !== undefined) close(open, localName(closing));
    else if (opening !== undefined) {
      const element: OpenElement = { name: localName(opening), children: [], text: "" };
      top().children.push(element);
      if (!empty) open.push(element);
    }
  }
  const [element] = root.children;
  if (open.length > 1) throw new SyntaxError(`The XML ends before </${top().name}>.`);
  if (!element || root.children.length > 1 || root.text.trim() !== "")
    throw new SyntaxError("The XML must have exactly one outermost element.");
  return element;
}

function close(open: OpenElement[], name: string): void {
  const last = open.pop();
  if (!last || open.length === 0 || last.name !== name)
    throw new SyntaxError(`The XML closes <${name}>, which is not open.`);
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function resolveEntities(text: string): string {
  return text.replace(/&(#x?)?([^;&]*);?/g, (whole, numeric: string | undefined, name: string) => {
    const code = numeric === undefined ? undefined : Number.parseInt(name, numeric === "#x" ? 16 : 10);
    const value =
      code === undefined ? entities[name] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (value === undefined || !whole.endsWith(";"))
      throw new SyntaxError(`The XML has ${whole}, which is not an entity.`);
    return value;
  });
}

interface XmlTraits {
  readonly xmlName?: string;
  readonly xmlFlattened?: number;
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
  return fromScalar(schema, element.text, path, "a timestamp");
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
