import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from "yaml";
import { formatError } from "./errors.ts";
import type { Mapping, Value } from "./value.ts";
import { isMapping } from "./value.ts";

/** Reads a template's text, YAML with its short forms (`!Ref`) or JSON, into plain values with the long forms. */
export function parseTemplate(body: string): Mapping {
  const value = body.trimStart().startsWith("{") ? parseJson(body) : parseYaml(body);
  if (!isMapping(value)) throw formatError("unsupported structure.");
  return value;
}

function parseJson(body: string): Value {
  try {
    return JSON.parse(body) as Value;
  } catch (error) {
    const { message } = error as SyntaxError;
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? body.length);
    throw notWellFormed("JSON", body, offset, message);
  }
}

function parseYaml(body: string): Value {
  const document = parseDocument(body, { logLevel: "silent", prettyErrors: false });
  const error = document.errors[0];
  if (error) throw notWellFormed("YAML", body, error.pos[0], error.message);
  return document.contents ? toValue(document.contents as Node, document) : null;
}

function notWellFormed(language: string, body: string, offset: number, message: string): Error {
  const before = body.slice(0, offset).split("\n");
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  return formatError(`${language} not well-formed. (${place}): ${message}`);
}

function toValue(node: Node | null, document: Document): Value {
  if (node === null) return null;
  if (isAlias(node)) return toValue((node.resolve(document) as Node | undefined) ?? null, document);
  const value = untagged(node, document);
  const tag = node.tag;
  if (tag === undefined || !tag.startsWith("!")) return value;
  return longForm(tag.slice(1), value);
}

function untagged(node: Node, document: Document): Value {
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map((pair) => [
        String(isScalar(pair.key) ? pair.key.value : pair.key),
        toValue(pair.value as Node | null, document),
      ]),
    );
  }
  if (isSeq(node)) return node.items.map((item) => toValue(item as Node, document));
  return isScalar(node) ? (node.value as Value) : null;
}

function longForm(name: string, value: Value): Value {
  if (name === "Ref" || name === "Condition") return { [name]: value };
  if (name !== "GetAtt" || typeof value !== "string") return { [`Fn::${name}`]: value };
  const dot = value.indexOf(".");
  return { "Fn::GetAtt": dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)] };
}
