import { stringify } from "csv-stringify/sync";
import { fieldNames, type Supplier } from "../domain/supplier.ts";

/** Without it Excel takes UTF-8 for Windows-1252; our own import, and others' that know Unicode, pass over it. */
const byteOrderMark = "\uFEFF";

/**
 * Suppliers as CSV of RFC 4180, a piece for every batch. Values stand as they are stored: a sign in front of those
 * that a spreadsheet may take for a formula, such as `+1 206 …`, would come back with the next import.
 */
export async function* toCsv(batches: AsyncIterable<readonly Supplier[]>): AsyncGenerator<string> {
  yield `${byteOrderMark}${toLines([fieldNames])}`;
  for await (const batch of batches)
    yield toLines(batch.map((supplier) => fieldNames.map((name) => supplier[name])));
}

const toLines = (rows: readonly (readonly string[])[]) =>
  stringify([...rows], { record_delimiter: "\r\n", quote_record_delimiter: true });
