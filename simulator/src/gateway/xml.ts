import { membersOf, type Schema } from "./schema.ts";

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
