/** Reads comma-separated values, a record in each line. A value in quotes may contain commas and line breaks. */
export function readRecords(text: string): string[][] {
  const records: string[][] = [[]];
  let field = "";
  let isQuoted = false;
  let closedAt = -2;
  for (const [index, character] of [...text, "\n"].entries()) {
    const isDoubled = closedAt === index - 1;
    if (character === '"' && (isQuoted || isDoubled || field.trim() === "")) {
      if (isQuoted) closedAt = index;
      else if (isDoubled) field += character;
      isQuoted = !isQuoted;
    } else if (isQuoted || (character !== "," && character !== "\n")) field += character;
    else {
      records.at(-1)?.push(field);
      if (character === "\n") records.push([]);
      field = "";
    }
  }
  return records.filter((fields) => fields.some((each) => each.trim()));
}

/** Reads an input that is a list, as Docker's actions do: one value in a line. */
export function readList(text: string, atCommas = false): string[] {
  const records = readRecords(text);
  const values = atCommas ? records.flat() : records.map((fields) => fields.join(","));
  return values.map((value) => value.trim()).filter(Boolean);
}
