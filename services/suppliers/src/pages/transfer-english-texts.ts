import type { TransferTexts } from "./transfer-texts.ts";

const number = (value: number) => value.toLocaleString("en");
const list = (names: readonly string[]) =>
  new Intl.ListFormat("en").format(
    names.map((name) => (name.trim() ? `“${name}”` : "a column without a name")),
  );

export const english: TransferTexts = {
  purpose: "Every row of a CSV file is added as a new supplier. The export is a file of the same form.",
  columns: (names) => `The first line names the columns, in any order, each once: ${names}.`,
  format:
    "Values are separated by commas or semicolons. The file is UTF-8; Excel saves it so as “CSV UTF-8 (Comma delimited)”.",
  batches: (rows, limit) =>
    `Rows are imported ${number(rows)} at a time: when one of them has a mistake, none of these is. A file may be as large as ${limit}.`,
  example: "An example",
  file: "CSV file",
  start: "Import",
  nothingImported: "Nothing has been imported.",
  refusal: (refusal, limit) => {
    switch (refusal.kind) {
      case "wrong-content-type":
        return "Send the file as text/csv, or by the form as multipart/form-data.";
      case "broken-upload":
        return "The file did not arrive whole. Please send it again.";
      case "no-file":
        return "Please choose a file.";
      case "second-file":
        return "There is more than one file. Please send one at a time.";
      case "too-large":
        return `The file is larger than ${limit}, the most we take at once. Please send it in parts.`;
      case "empty-file":
        return "The file is empty: not even the line with the names of the columns is there.";
      case "no-rows":
        return "The file holds the names of the columns, but no supplier.";
      case "wrong-columns":
        return [
          "The first line must name each of the columns once.",
          refusal.missing.length > 0 && `Missing: ${list(refusal.missing)}.`,
          refusal.unknown.length > 0 && `Unknown: ${list(refusal.unknown)}.`,
          refusal.doubled.length > 0 && `More than once: ${list(refusal.doubled)}.`,
        ]
          .filter(Boolean)
          .join(" ");
      case "not-utf-8":
        return `The row that begins on line ${number(refusal.line)} is not UTF-8. In Excel, save the file as “CSV UTF-8 (Comma delimited)”.`;
      case "broken-quotes":
        return `The row that begins on line ${number(refusal.line)} has a quotation mark that is not closed, or one inside a value that is not doubled.`;
      case "row-too-long":
        return `The row that begins on line ${number(refusal.line)} does not end: a quotation mark may not be closed.`;
    }
  },
  progress: "Progress",
  batch: (outcome, firstLine, lastLine, rows) => {
    const lines =
      firstLine === lastLine ? `Line ${number(firstLine)}` : `Lines ${number(firstLine)}–${number(lastLine)}`;
    switch (outcome) {
      case "imported":
        return `${lines}: ${number(rows)} imported`;
      case "refused":
        return `${lines}: not imported, for these mistakes`;
      case "failed":
        return `${lines}: not imported, because the database did not take them`;
      case "unknown":
        return `${lines}: the database was lost while they were written. Look into the list before you import them again.`;
    }
  },
  atLine: (line, sentence) => `Line ${number(line)}: ${sentence}`,
  valueCount: (found, expected) => `has ${found} value${found === 1 ? "" : "s"} for ${expected} columns`,
  result: "Result",
  allImported: (rows) =>
    rows === 1 ? "The supplier is imported." : `All ${number(rows)} suppliers are imported.`,
  someImported: (imported, others) =>
    `Imported rows: ${number(imported)}. Rows not imported: ${number(others)}.`,
  moreProblems: (count) => `There are ${number(count)} more mistakes that are not listed.`,
  endedAfter: (line) => `The import ended here. Nothing after line ${number(line)} is imported.`,
  brokenOff: (line) =>
    `The import broke off. Nothing after line ${number(line)} is imported, or not surely: look into the list.`,
  advice:
    "Correct the mistakes, and import the lines that are not imported, below the line with the names of the columns. The others would be added twice.",
  backToList: "To the list",
  importAnother: "Import another file",
};
