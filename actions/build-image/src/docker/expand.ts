/**
 * Puts values in place of a Dockerfile's variables: `$A`, `${A}`, and with `:-`, `-`, `:+` and `+` as shells have them.
 * Undefined when a variable has no value or is used in another way, which only BuildKit knows.
 */
export function expand(text: string, lookUp: (name: string) => string | undefined): string | undefined {
  let result = "";
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const [plain = ""] = /^[^$\\]+/.exec(rest) ?? [];
    if (plain !== "") {
      result += plain;
      at += plain.length;
    } else if (rest.startsWith("\\")) {
      result += text[at + 1] ?? "";
      at += 2;
    } else {
      const variable = readVariable(rest);
      const value = variable && evaluate(variable, lookUp);
      if (variable === undefined || value === undefined) return undefined;
      result += value;
      at += variable.length;
    }
  }
  return result;
}

interface Variable {
  readonly name: string;
  readonly operator: string;
  readonly word: string;
  /** Characters it takes. */
  readonly length: number;
}

function readVariable(text: string): Variable | undefined {
  const [bare, name] = /^\$([A-Za-z_]\w*)/.exec(text) ?? [];
  if (bare !== undefined && name !== undefined) return { name, operator: "", word: "", length: bare.length };
  const end = closingBrace(text);
  const braced = /^\$\{([A-Za-z_]\w*)(?:(:?[-+])(.*))?\}$/s.exec(text.slice(0, end));
  if (end === 0 || !braced) return undefined;
  return { name: braced[1] ?? "", operator: braced[2] ?? "", word: braced[3] ?? "", length: end };
}

/** Just behind the brace that closes the one of `${`, or 0. */
function closingBrace(text: string): number {
  let open = 0;
  for (let at = 1; at < text.length; at += 1) {
    if (text[at] === "{") open += 1;
    if (text[at] === "}") open -= 1;
    if (open === 0) return at + 1;
  }
  return 0;
}

function evaluate(
  { name, operator, word }: Variable,
  lookUp: (name: string) => string | undefined,
): string | undefined {
  const value = lookUp(name);
  const counts = operator.startsWith(":") ? Boolean(value) : value !== undefined;
  if (operator.endsWith("+")) return counts ? expand(word, lookUp) : "";
  if (operator.endsWith("-")) return counts ? value : expand(word, lookUp);
  return value;
}
