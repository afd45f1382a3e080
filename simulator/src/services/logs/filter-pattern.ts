import { invalid } from "./state.ts";

/**
 * Parses an unstructured filter pattern: terms and quoted phrases, which must all occur, in any order and the same
 * case. Source: "Filter pattern syntax", CloudWatch Logs user guide. The rest of the syntax is refused.
 */
export function parseFilterPattern(pattern: string): (message: string) => boolean {
  const refused = refusedSyntax.find(({ start }) => pattern.trimStart().startsWith(start));
  if (refused) throw unsupported(refused.name, pattern);
  const terms = tokenise(pattern);
  return (message) => terms.every((term) => message.includes(term));
}

const refusedSyntax = [
  { start: "{", name: "JSON patterns" },
  { start: "[", name: "space-delimited patterns" },
  { start: "%", name: "regular expressions" },
];

function tokenise(pattern: string): string[] {
  const terms: string[] = [];
  for (const [token] of pattern.matchAll(/"(?:[^"\\]|\\.)*"|\S+/g)) {
    if (token.length > 1 && token.startsWith('"') && token.endsWith('"'))
      terms.push(token.slice(1, -1).replace(/\\(.)/g, "$1"));
    else if (/^\w+$/.test(token)) terms.push(token);
    else if (token.startsWith("?")) throw unsupported("optional terms (?term)", pattern);
    else if (token.startsWith("-")) throw unsupported("excluded terms (-term)", pattern);
    else
      throw invalid(
        `Invalid character(s) in term '${token}'; put terms with other characters than letters, digits and '_' in double quotes.`,
      );
  }
  return terms;
}

function unsupported(what: string, pattern: string) {
  return invalid(
    `The simulator does not perform ${what} in filterPattern '${pattern}'; use terms and "quoted phrases".`,
  );
}
