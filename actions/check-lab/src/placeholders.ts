/**
 * Text that a student had to replace, in the spellings of course texts and examples: `<DB-ENDPOINT>`, `{{host}}`,
 * `${ACCOUNT}`, `YOUR_ACCOUNT_ID`, `ACCOUNT-ID`, `REPLACE_ME`, `xxxxxxxxxxxx`, `…`.
 */
const spellings = [
  /<[^<>\s][^<>]*>/g,
  /\{\{[^{}]+\}\}/g,
  /\$\{?[A-Za-z_]\w*\}?/g,
  /\[[A-Z][A-Z0-9 _-]+\]/g,
  /\b(?:your|my|insert|enter|replace|put)[-_ ](?:[\w-]*[-_ ])?(?:account|id|arn|endpoint|host|db|database|rds|region|image|me|this|here|value|name)\b[\w-]*/gi,
  /\b(?:aws[-_])?account[-_]?id\b/gi,
  /\b(?:rds|db|database)[-_]endpoint\b/gi,
  /\b(?:change-?me|change_me|todo|fixme|tbd)\b/gi,
  /x{4,}|\bX{4,}/g,
  /…|\.{3}/g,
];

/** Returns each placeholder of a text once. */
export function placeholdersIn(text: string): string[] {
  return [...new Set(spellings.flatMap((spelling) => text.match(spelling) ?? []))];
}

/** Finds placeholders in the strings of a value; `known` are those that belong there. Returns `path: placeholder`. */
export function leftPlaceholders(value: unknown, known: readonly string[] = [], path = ""): string[] {
  if (typeof value === "string")
    return placeholdersIn(value)
      .filter((found) => !known.includes(found))
      .map((found) => `${path} has ${found}`);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const name = Array.isArray(value) ? `[${(item as { name?: string })?.name ?? key}]` : `.${key}`;
    return leftPlaceholders(item, known, `${path}${name}`.replace(/^\./, ""));
  });
}
