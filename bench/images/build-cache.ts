/** A record of BuildKit's cache, as `docker buildx du --verbose` shows it. */
interface CacheRecord {
  readonly id: string;
  readonly parents: readonly string[];
  readonly description: string;
}

/** Removes records pulled from the registry and everything built on them; other builds' records stay. */
export async function removeBuildCache(
  docker: (args: readonly string[]) => Promise<string>,
  host: string,
): Promise<void> {
  const records = parseRecords(await docker(["buildx", "du", "--verbose"]));
  const ids = findDescendants(records, ({ description }) => description.includes(`${host}/`));
  if (ids.length > 0) await docker(["buildx", "prune", "--force", "--filter", `id=${ids.join("|")}`]);
}

/**
 * Parses paragraphs of lines `Name:<blanks>value`. Parents are a comma-separated list or, since buildx 0.20, one per
 * line.
 */
export function parseRecords(text: string): CacheRecord[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => ({
      id: /^ID:\s+(\S+)$/m.exec(paragraph)?.[1] ?? "",
      parents: /^Parents?:([^:]*)\n[A-Z]/m.exec(paragraph)?.[1]?.match(/\w+/g) ?? [],
      description: /^Description:\s+(.*)$/m.exec(paragraph)?.[1] ?? "",
    }))
    .filter(({ id }) => id !== "");
}

/** Returns the ids of the records that `begins` accepts and of all records made from them. */
export function findDescendants(
  records: readonly CacheRecord[],
  begins: (record: CacheRecord) => boolean,
): string[] {
  const found = new Set(records.filter(begins).map(({ id }) => id));
  let before = 0;
  while (found.size > before) {
    before = found.size;
    for (const { id, parents } of records) if (parents.some((parent) => found.has(parent))) found.add(id);
  }
  return [...found];
}
