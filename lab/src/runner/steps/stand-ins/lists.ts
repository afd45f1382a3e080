/** Reads comma-separated values, a record in each line. A value in quotes may contain commas and line breaks. */
export function readRecords(text: string): string[][] {
  const records: string[][] = [[]];
  const lines = text.replace(/^[ \t]+/gm, "");
  for (const [, quoted, plain = "", end] of lines.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g)) {
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\n") records.push([]);
    if (end === "") break;
  }
  return records.filter((fields) => fields.some((field) => field.trim()));
}

/** Reads an input that is a list, as Docker's actions do: one value in a line. */
export function readList(text: string, atCommas = false): string[] {
  const records = readRecords(text);
  const values = atCommas ? records.flat() : records.map((fields) => fields.join(","));
  return values.map((value) => value.trim()).filter(Boolean);
}
