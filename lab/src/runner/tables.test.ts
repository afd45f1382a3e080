import { describe, expect, it } from "vitest";
import { expandMatrix } from "./jobs/run-matrix.ts";
import { passesFilter } from "./runner.ts";
import { readPairs } from "./steps/command-files.ts";

describe("matrix", () => {
  it.each([
    [
      "vectors",
      { a: [1, 2], b: ["x"] },
      [
        { a: 1, b: "x" },
        { a: 2, b: "x" },
      ],
    ],
    ["exclude", { a: [1, 2], exclude: [{ a: 1 }] }, [{ a: 2 }]],
    ["include only", { include: [{ a: 1 }, { a: 2 }] }, [{ a: 1 }, { a: 2 }]],
    ["include into a match", { a: [1, 2], include: [{ a: 1, b: 3 }] }, [{ a: 1, b: 3 }, { a: 2 }]],
    [
      "include into all",
      { a: [1, 2], include: [{ c: 9 }] },
      [
        { a: 1, c: 9 },
        { a: 2, c: 9 },
      ],
    ],
    ["include next to the matrix", { a: [1], include: [{ a: 7, b: 3 }] }, [{ a: 1 }, { a: 7, b: 3 }]],
  ])("%s", (_, matrix, combinations) => {
    expect(expandMatrix(matrix, "here")).toEqual(combinations);
  });
});

describe("filter patterns", () => {
  it.each([
    ["main", ["main"], true],
    ["releases/1", ["releases/*"], true],
    ["releases/1/2", ["releases/*"], false],
    ["releases/1/2", ["releases/**"], true],
    ["a.md", ["**.md"], true],
    ["docs/a.md", ["**", "!docs/**"], false],
    ["docs/keep.md", ["**", "!docs/**", "docs/keep.md"], true],
    ["services/x/package.json", ["**/package.json"], true],
    ["package.json", ["**/package.json"], true],
    ["v10", ["v[0-9]+"], true],
  ])("%s against %j: %s", (name, patterns, passes) => {
    expect(passesFilter(name, patterns)).toBe(passes);
  });
});

describe("command files", () => {
  it("reads single lines and blocks", () => {
    expect(readPairs("a=1\nb<<X\nfirst\nb=2\nX\nc=x=y\n", "GITHUB_OUTPUT")).toEqual({
      a: "1",
      b: "first\nb=2",
      c: "x=y",
    });
  });

  it.each([
    ["a<<X\nopen\n", "GITHUB_OUTPUT: no line 'X' ends the value of 'a'"],
    ["nothing\n", "GITHUB_OUTPUT: the line 'nothing' is neither name=value nor name<<DELIMITER"],
  ])("refuses %j", (text, message) => {
    expect(() => readPairs(text, "GITHUB_OUTPUT")).toThrow(message);
  });
});
