const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|[tT]rue|TRUE|[fF]alse|FALSE|null))/y;

type Expect = "value" | "valueOrEnd" | "keyOrEnd" | "colon" | "commaOrEnd" | "nothing";

/**
 * Returns the offset of the first character that makes `text` no JSON, or of its end when it only stops too early;
 * undefined for valid JSON. A comma after the last member and True are valid here. JSON.parse includes a position in
 * only some of its errors.
 */
export function findJsonError(text: string): number | undefined {
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
export function blankComments(text: string): string {
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
