import { describe, expect, it } from "vitest";
import { readCsvRows } from "./csv-rows.ts";
import { ImportRefusal } from "./import-refusal.ts";
import { decodeUtf8 } from "./utf8.ts";

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** Every row as `first-last` lines and values, and after them the refusal. */
async function read(file: string | Uint8Array, pieceBytes: number): Promise<unknown[]> {
  const found: unknown[] = [];
  try {
    const text = decodeUtf8(inPieces(Buffer.from(file as string), pieceBytes));
    for await (const rows of readCsvRows(text))
      for (const { firstLine, lastLine, values } of rows) found.push([`${firstLine}-${lastLine}`, ...values]);
  } catch (error) {
    if (!(error instanceof ImportRefusal)) throw error;
    found.push(error.refusal);
  }
  return found;
}

const cases: readonly (readonly [name: string, file: string | Uint8Array, found: unknown[]])[] = [
  ["nothing", "", []],
  ["a byte order mark alone", "\uFEFF", []],
  [
    "commas, CRLF, a byte order mark and no line end at its end",
    "\uFEFFa,b\r\n1,2",
    [
      ["1-1", "a", "b"],
      ["2-2", "1", "2"],
    ],
  ],
  [
    "semicolons, as the first line has them",
    "a;b\n1;2,3\n",
    [
      ["1-1", "a", "b"],
      ["2-2", "1", "2,3"],
    ],
  ],
  [
    "line ends of every kind",
    "a,b\r\n1,2\n3,4\r5,6\r\n",
    [
      ["1-1", "a", "b"],
      ["2-2", "1", "2"],
      ["3-3", "3", "4"],
      ["4-4", "5", "6"],
    ],
  ],
  [
    "quotes, commas and line ends in quotes",
    'a,b\r\n"x, ""y""","1\r\n2\n3"\r\n4,5\r\n',
    [
      ["1-1", "a", "b"],
      ["2-4", 'x, "y"', "1\r\n2\n3"],
      ["5-5", "4", "5"],
    ],
  ],
  [
    "blank lines and rows, passed over but counted",
    "a,b\n\n , \n1,2\n",
    [
      ["1-1", "a", "b"],
      ["4-4", "1", "2"],
    ],
  ],
  [
    "rows of other lengths",
    "a,b\n1\n1,2,3\n",
    [
      ["1-1", "a", "b"],
      ["2-2", "1"],
      ["3-3", "1", "2", "3"],
    ],
  ],
  [
    "characters of two to four bytes",
    "a,b\né€,𝄞\n",
    [
      ["1-1", "a", "b"],
      ["2-2", "é€", "𝄞"],
    ],
  ],
  [
    "a quote that is not closed",
    'a,b\n1,2\n3,"x\n4,5\n',
    [["1-1", "a", "b"], ["2-2", "1", "2"], { kind: "broken-quotes", line: 3 }],
  ],
  [
    "a quote that is not doubled",
    'a,b\n"1\n",2\n3,"x"y"\n',
    [["1-1", "a", "b"], ["2-3", "1\n", "2"], { kind: "broken-quotes", line: 4 }],
  ],
  [
    "a quote in a value without quotes",
    'a,b\n3,x"y\n',
    [["1-1", "a", "b"], { kind: "broken-quotes", line: 2 }],
  ],
  [
    "a row without end",
    `a,b\n1,"${"x\n".repeat(50_000)}`,
    [["1-1", "a", "b"], { kind: "row-too-long", line: 2 }],
  ],
  [
    "a line in Windows-1252",
    Buffer.from("a,b\n1,2\ncaf\xe9,3\n4,5\n", "latin1"),
    [["1-1", "a", "b"], ["2-2", "1", "2"], { kind: "not-utf-8", line: 3 }],
  ],
  [
    "half a character at its end",
    Buffer.from("a,b\n1,é").subarray(0, -1),
    [["1-1", "a", "b"], { kind: "not-utf-8", line: 2 }],
  ],
  [
    "UTF-16, as Excel's Unicode text",
    Buffer.from("\uFEFFa,b\n", "utf16le"),
    [{ kind: "not-utf-8", line: 1 }],
  ],
];

describe("the rows of a file with", () => {
  it.each(cases)("%s are the same however it is cut into pieces", async (_, file, found) => {
    for (const pieceBytes of [1, 2, 3, 7, 65_536]) expect(await read(file, pieceBytes)).toEqual(found);
  });
});
