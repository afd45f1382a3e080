/**
 * Returns whether a name passes a list of GitHub's filter patterns (`*` within a segment, `**` across, `?`, `+`, `[]`,
 * `!`): the last pattern that matches decides.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
 */
export function passesFilter(name: string, patterns: readonly string[]): boolean {
  let passes = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith("!");
    if (toExpression(negated ? pattern.slice(1) : pattern).test(name)) passes = !negated;
  }
  return passes;
}

export function toExpression(pattern: string): RegExp {
  // `?`, `+` and `[]` quantify or group the characters before them, as in a regular expression.
  const source = pattern.replace(/\*\*\/|\*\*|\*|[.^$(){}|]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
