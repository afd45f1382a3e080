import { globSync, readFileSync } from "node:fs";
import { analyse } from "scslre";
import ts from "typescript";
import { expect, test } from "vitest";

/** Product code: these patterns meet text that somebody else wrote. */
const folders = ["actions", "services", "simulator"];
const notProduct = /node_modules|\/dist\/|\.test\.ts$|\.support\.ts$|-for-tests\.ts$/;

const patterns = folders
  .flatMap((folder) => globSync(`${folder}/**/*.ts`))
  .filter((file) => !notProduct.test(file))
  .flatMap(patternsOf);

function patternsOf(file: string): { place: string; literal: string }[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const found: { place: string; literal: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push({ place: `${file}:${line + 1}`, literal: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A repeated character makes the pattern's time grow faster than the text. */
function isSlow(literal: string): boolean {
  const end = literal.lastIndexOf("/");
  return analyse({ source: literal.slice(1, end), flags: literal.slice(end + 1) }).reports.length > 0;
}

test("reads every pattern of the product", () => {
  expect(patterns.length).toBeGreaterThan(500);
});

test.each([
  ["a blank that two quantifiers can take", String.raw`/^\+?[\d\s().-]{3,}(\s*(x|ext\.?)\s*\d+)?$/i`],
  ["a start at every blank", String.raw`/\s+$/`],
  ["a group that repeats in two ways", "/^(a+)+$/"],
])("finds %s", (_, literal) => {
  expect(isSlow(literal)).toBe(true);
});

test("every pattern of the product takes time in proportion to its text", () => {
  expect(patterns.filter(({ literal }) => isSlow(literal))).toEqual([]);
});
