import { extname } from "node:path";
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, visit } from "yaml";
import { Failure } from "./failure.ts";
import { plainJson } from "./plain-json.ts";
import { readTextFile } from "./text-file.ts";

/** Reads the value of a JSON or YAML file. A fault is reported with `file:line:column`. */
export function readDataFile(path: string): unknown {
  return parseData(readTextFile(path), path);
}

/**
 * As `readDataFile`, for a text that came from the file `path`. A file of any name may contain JSON or YAML. JSON may
 * have comments, commas after the last member, and True. The last one of two equal keys counts.
 */
export function parseData(text: string, path: string): unknown {
  return isYamlPath(path) || !isJson(text) ? parseYaml(text, path) : parseJsonText(text, path);
}

/** Braces alone are YAML as well; then their keys have no quotes. */
function isJson(text: string): boolean {
  return /^\s*(?:$|[[{](?!\s*[\w$-]+\s*:))/.test(blankComments(text));
}

/** As `parseData`, for a text that has to be JSON. */
export function parseJsonText(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const blanked = blankComments(text);
    const offset = findJsonError(blanked);
    if (offset !== undefined) throw malformedJson(name, text, offset, error);
    return parseDocument(blanked, yamlOptions).toJS();
  }
}

/** Returns a warning for each key that an object of the file has twice. */
export function twiceIn(text: string, file: string): string[] {
  return duplicateKeys(text).map(
    ({ key, firstLine, line }) =>
      `${file}:${line}: duplicate key ${key}, first on line ${firstLine}; the second value is used`,
  );
}

/** Returns keys that an object has twice. */
export function duplicateKeys(text: string): DataPositions["duplicateKeys"] {
  return plainJson(text) === undefined ? findDataPositions(text).duplicateKeys : [];
}

const yamlOptions = { prettyErrors: false, uniqueKeys: false, merge: true } as const;

function isYamlPath(path: string): boolean {
  return /^\.ya?ml$/.test(extname(path));
}

function parseYaml(text: string, path: string): unknown {
  const document = parseDocument(text, yamlOptions);
  const error = document.errors[0];
  if (error) throw malformed("YAML", path, text, error.pos[0], error.message, error);
  return document.toJS();
}

function malformedJson(path: string, text: string, offset: number, cause: unknown): Failure {
  const fault =
    offset >= text.trimEnd().length
      ? "it ends too early"
      : `${JSON.stringify(text[offset])} is not allowed here`;
  return malformed("JSON", path, text, offset, fault, cause);
}

function malformed(kind: string, path: string, text: string, offset: number, fault: string, cause: unknown) {
  const { line, column } = lineAndColumn(text, offset);
  return new Failure(`${path}:${line}:${column} is not valid ${kind}: ${fault}`, {
    nextStep: `correct line ${line} of ${path}.`,
    cause,
  });
}

/** Keys of objects and indices of lists, from the root of the file. */
export type Keys = readonly (string | number)[];

interface DataPositions {
  /**
   * Returns the 1-based line of a key or list item, or of the last part of its path that the text has; undefined
   * without any.
   */
  lineOf(keys: Keys): number | undefined;
  /** Keys that an object of the text has twice: the last one counts. */
  readonly duplicateKeys: readonly DuplicateKey[];
}

interface DuplicateKey {
  readonly key: string;
  readonly firstLine: number;
  readonly line: number;
}

/** Finds the positions in a JSON or YAML text that parses; JSON is read as YAML, which includes it. */
export function findDataPositions(text: string): DataPositions {
  const lineCounter = new LineCounter();
  const document = parseDocument(blankComments(text), {
    lineCounter,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const lineAt = (node: unknown): number => lineCounter.linePos(startOf(node) ?? 0).line;
  const duplicateKeys: DuplicateKey[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const names = items.map(nameOf);
      items.forEach((pair, index) => {
        const key = names[index] as string;
        const first = names.indexOf(key);
        if (first < index)
          duplicateKeys.push({ key, firstLine: lineAt(items[first]?.key), line: lineAt(pair.key) });
      });
    },
  });
  return {
    duplicateKeys,
    lineOf(keys) {
      let node: unknown = document.contents;
      let found: unknown;
      for (const key of keys) {
        if (isAlias(node)) node = node.resolve(document);
        const pair = isMap(node) ? node.items.find((item) => nameOf(item) === key) : undefined;
        const item = isSeq(node) ? node.items[Number(key)] : undefined;
        if (pair === undefined && item === undefined) break;
        found = pair?.key ?? item;
        node = pair?.value ?? item;
      }
      return found === undefined ? undefined : lineAt(found);
    },
  };
}

function nameOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | undefined)?.range?.[0];
}

const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|[tT]rue|TRUE|[fF]alse|FALSE|null))/y;

type Expect = "value" | "valueOrEnd" | "keyOrEnd" | "colon" | "commaOrEnd" | "nothing";

/**
 * Returns the offset of the first character that makes `text` no JSON, or of its end when it only stops too early;
 * undefined for valid JSON. A comma after the last member and True are valid here. JSON.parse includes a position in
 * only some of its errors.
 */
function findJsonError(text: string): number | undefined {
  const open: ("{" | "[")[] = [];
  let expect: Expect = "value";
  let offset = 0;
  for (;;) {
    token.lastIndex = offset;
    const match = token.exec(text);
    if (!match) break;
    const next = step(expect, match, open);
    if (!next) return offset + match[0].search(/[^ \t\r\n]/);
    expect = next;
    offset += match[0].length;
  }
  offset += /^[ \t\r\n]*/.exec(text.slice(offset))?.[0].length ?? 0;
  return offset === text.length && expect === "nothing" ? undefined : offset;
}

/** Returns what may follow this token; undefined when the token itself may not be here. */
function step(expect: Expect, match: RegExpExecArray, open: ("{" | "[")[]): Expect | undefined {
  const [, mark, string, scalar] = match;
  const afterValue = (): Expect => (open.length > 0 ? "commaOrEnd" : "nothing");
  const close = (): Expect => {
    open.pop();
    return afterValue();
  };
  if (expect === "keyOrEnd") {
    if (string !== undefined) return "colon";
    return mark === "}" ? close() : undefined;
  }
  if (expect === "colon") return mark === ":" ? "value" : undefined;
  if (expect === "commaOrEnd") {
    const inObject = open.at(-1) === "{";
    if (mark === ",") return inObject ? "keyOrEnd" : "valueOrEnd";
    return mark === (inObject ? "}" : "]") ? close() : undefined;
  }
  if (expect === "nothing") return undefined;
  if (string !== undefined || scalar !== undefined) return afterValue();
  if (mark === "{" || mark === "[") {
    open.push(mark);
    return mark === "{" ? "keyOrEnd" : "valueOrEnd";
  }
  return expect === "valueOrEnd" && mark === "]" ? close() : undefined;
}

/** Returns the text with blanks for comments of JSON, so that YAML can read it too; YAML's own comments stay. */
function blankComments(text: string): string {
  if (!/^\s*(?:[[{]|\/[/*])/.test(text)) return text;
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith('"') ? found : found.replace(/[^\n]/g, " "),
  );
}

/** Returns the 1-based line and column of an offset. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
