import { expect, it } from "vitest";
import { wordsOf } from "./plain-words.ts";

const again = ['file:2: "anew": write "again"'];
it.each([
  { title: "in a document", file: "a.md", source: "# Title\nIt starts anew.", found: again },
  { title: "in a comment", file: "a.ts", source: "\n// It starts anew.\nstart();", found: again },
  { title: "in a message", file: "a.ts", source: "\nthrow new Error(`it starts @{x} anew`);", found: again },
  {
    title: "in a denial",
    file: "a.md",
    source: "x is no file\nThere are none",
    found: [
      'file:1: "is no": write "is not a"',
      'file:2: "There are none": write "does not exist, has no, unknown"',
    ],
  },
  { title: "not in other denials", file: "a.md", source: "is no longer\nhas no file", found: [] },
  { title: "not in a name", file: "a.ts", source: "\nconst anew = start('anew');", found: [] },
  {
    title: "at the beginning of a comment",
    file: "a.ts",
    source: "/** What a task needs. */\nstart();",
    found: ['file:1: "What": write "the subject first"'],
  },
  { title: "not at the beginning of a message", file: "a.ts", source: 'log("What a day")', found: [] },
])("finds a banned word $title", ({ file, source, found }) => {
  expect(wordsOf(file, source.replaceAll("@{", "${")).map((line) => line.replace(file, "file"))).toEqual(
    found,
  );
});
