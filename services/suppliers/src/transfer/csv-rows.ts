import { once } from "node:events";
import { CsvError, type Parser, parse } from "csv-parse";
import { ImportRefusal } from "./import-refusal.ts";
import { NotUtf8 } from "./utf8.ts";
import { writeChunk } from "./write-chunk.ts";

/** A row as it stands in the file; a quoted line break makes it longer than a line. */
export interface CsvRow {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly values: readonly string[];
}

/** Twenty times the longest row that the table can hold: beyond it a quote has not been closed. */
const mostRowCharacters = 32 * 1024;

/**
 * Reads the rows of a CSV text, header included, a few hundred at a time: those of one piece of the text together.
 * Blank lines, and rows in which every value is blank, are passed over. Throws an `ImportRefusal` with its line
 * after the last row that can be read.
 */
export async function* readCsvRows(text: AsyncIterable<string>): AsyncGenerator<readonly CsvRow[]> {
  const { rows, take, nextLine } = createRowCounter();
  try {
    let parser: Parser | undefined;
    for await (const piece of withWholeFirstLine(text)) {
      parser ??= createParser(delimiterOf(piece), take);
      await writeChunk(parser, piece);
      yield rows.splice(0);
    }
    if (!parser) return;
    parser.end();
    await once(parser, "finish");
    yield rows.splice(0);
  } catch (error) {
    // The rows before the fault, so that what is imported does not hang on how the text was cut into pieces.
    yield rows.splice(0);
    throw asRefusal(error, nextLine());
  }
}

/** Numbers the rows; csv-parse counts a quoted line break of Windows twice. */
function createRowCounter() {
  const rows: CsvRow[] = [];
  let line = 1;
  const take = (values: string[]) => {
    const firstLine = line;
    line += 1 + countLineBreaks(values);
    if (values.some((value) => value.trim() !== "")) rows.push({ firstLine, lastLine: line - 1, values });
    // Nothing for the parser to keep: what it has put out would be lost with its first error.
    return null;
  };
  return { rows, take, nextLine: () => line };
}

function countLineBreaks(values: readonly string[]): number {
  let count = 0;
  for (const value of values) if (/[\r\n]/.test(value)) count += value.match(/\r\n|\r|\n/g)?.length ?? 0;
  return count;
}

function createParser(delimiter: string, take: (values: string[]) => null): Parser {
  const parser = parse({
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    max_record_size: mostRowCharacters,
    on_record: take,
  });
  // Errors arrive with the write that made them; this one is the same.
  parser.on("error", () => {});
  // It puts out nothing but its end.
  return parser.resume();
}

/** Excel separates by semicolons where the comma is the decimal sign; no name of a column holds either. */
const delimiterOf = (text: string) => (text.split(/[\r\n]/, 1)[0]?.includes(";") ? ";" : ",");

async function* withWholeFirstLine(text: AsyncIterable<string>): AsyncGenerator<string> {
  let head: string | undefined = "";
  for await (const piece of text) {
    if (head === undefined) {
      yield piece;
      continue;
    }
    head += piece;
    if (!/[\r\n]/.test(head) && head.length <= mostRowCharacters) continue;
    yield head;
    head = undefined;
  }
  if (head) yield head;
}

function asRefusal(error: unknown, line: number): unknown {
  if (error instanceof NotUtf8) return new ImportRefusal({ kind: "not-utf-8", line }, { cause: error });
  if (!(error instanceof CsvError)) return error;
  const kind = error.code === "CSV_MAX_RECORD_SIZE" ? "row-too-long" : "broken-quotes";
  return new ImportRefusal({ kind, line }, { cause: error });
}
