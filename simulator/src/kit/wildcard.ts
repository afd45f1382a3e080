/**
 * Matches text against a pattern of AWS's listener rules, filters and policies: `*` matches any run of characters, also
 * none, `?` exactly one; a backslash makes either literal. Linear in the text for each `*`, so that no pattern can be
 * used to stall the simulator.
 */
export type Matches = (text: string) => boolean;

const anyRun = Symbol("*");
const anyOne = Symbol("?");
type Token = string | typeof anyRun | typeof anyOne;

export function compileWildcard(pattern: string, { ignoreCase = false } = {}): Matches {
  const tokens = tokenize(ignoreCase ? pattern.toLowerCase() : pattern);
  if (!tokens.some((token) => typeof token !== "string")) {
    const literal = tokens.join("");
    return ignoreCase ? (text) => text.toLowerCase() === literal : (text) => text === literal;
  }
  return ignoreCase ? (text) => matches(tokens, text.toLowerCase()) : (text) => matches(tokens, text);
}

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const next = pattern.charAt(at + 1);
    if (character === "\\" && (next === "*" || next === "?" || next === "\\")) {
      tokens.push(next);
      at++;
    } else if (character === "*") tokens.push(anyRun);
    else if (character === "?") tokens.push(anyOne);
    else tokens.push(character);
  }
  return tokens;
}

/** Greedy matching that backtracks to the last `*` only. */
function matches(tokens: readonly Token[], text: string): boolean {
  let token = 0;
  let at = 0;
  let lastRun = -1;
  let runStart = 0;
  while (at < text.length) {
    const expected = tokens[token];
    if (expected === anyRun) {
      if (token === tokens.length - 1) return true;
      lastRun = token++;
      runStart = at;
    } else if (expected === anyOne || expected === text.charAt(at)) {
      token++;
      at++;
    } else if (lastRun >= 0) {
      token = lastRun + 1;
      at = ++runStart;
    } else return false;
  }
  while (tokens[token] === anyRun) token++;
  return token === tokens.length;
}
