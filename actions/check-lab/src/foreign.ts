import type { Account } from "./account/account.ts";

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
