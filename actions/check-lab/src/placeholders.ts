import type { Account } from "./account/account.ts";

/**
 * Text that a student had to replace, in the spellings of course texts and examples: `<DB-ENDPOINT>`, `{{host}}`,
 * `${ACCOUNT}`, `YOUR_ACCOUNT_ID`, `ACCOUNT-ID`, `REPLACE_ME`, `xxxxxxxxxxxx`, `…`.
 */
const spellings = [
  /<[^<>\s][^<>]*>/g,
  /\{\{[^{}]+\}\}/g,
  /\$\{?[A-Za-z_]\w*\}?/g,
  /\[[A-Z][A-Z0-9 _-]+\]/g,
  /\bmy[-_](?:aws[-_])?(?:account|arn|endpoint|rds[-_]endpoint|db[-_]endpoint|region)\b[\w-]*/gi,
  /\b(?:your|insert|enter|replace|put)[-_ ](?:[\w-]*[-_ ])?(?:account|id|arn|endpoint|host|db|database|rds|region|image|me|this|here|value|name)\b[\w-]*/gi,
  /\b(?:aws[-_])?account[-_]?id\b/gi,
  /\b(?:rds|db|database)[-_]endpoint\b/gi,
  /\b(?:change-?me|change_me|todo|fixme|tbd)\b/gi,
  /x{4,}|\bX{4,}/g,
  /…|\.{3}/g,
];

/** Returns each placeholder of a text once. */
function placeholdersIn(text: string): string[] {
  return [...new Set(spellings.flatMap((spelling) => text.match(spelling) ?? []))];
}

/** Finds placeholders in the strings of a value; `known` are texts that belong there. Returns `path: placeholder`. */
export function leftPlaceholders(value: unknown, known: readonly string[] = [], path = ""): string[] {
  if (typeof value === "string")
    return placeholdersIn(value)
      .filter((found) => !known.some((name) => name.includes(found) && value.includes(name)))
      .map((found) => `${path} has ${found}`);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const name = Array.isArray(value) ? `[${(item as { name?: string })?.name ?? key}]` : `.${key}`;
    return leftPlaceholders(item, known, `${path}${name}`.replace(/^\./, ""));
  });
}

const accountIds = [/\barn:aws[\w-]*:[\w-]*:[\w-]*:(\d{12}):/g, /(?<!\d)(\d{12})\.dkr\.ecr\./g];
const endpoint = /\b[\w-]+\.\w+\.[\w-]+\.rds\.amazonaws\.com\b/g;

/** Returns what belongs to another account in a text, as sentences; AWS is called only if there is something to compare. */
export async function foreignIn(text: string, account: Account): Promise<string[]> {
  const ids = new Set(accountIds.flatMap((pattern) => [...text.matchAll(pattern)].map(([, id = ""]) => id)));
  const hosts = new Set(text.match(endpoint));
  const own = ids.size > 0 ? await account.id() : undefined;
  const databases = hosts.size > 0 ? await account.databases() : [];
  const endpoints = databases.map(({ Endpoint }) => Endpoint?.Address);
  return [
    ...[...ids].filter((id) => id !== own).map((id) => `account ${id}, not ${own}`),
    ...[...hosts]
      .filter((host) => !endpoints.includes(host))
      .map((host) => `the database ${host} of another account`),
  ];
}
