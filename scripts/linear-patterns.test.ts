import { readFileSync } from "node:fs";
import { analyse } from "scslre";
import ts from "typescript";
import { expect, test } from "vitest";
import { filesOf } from "./plain-words.ts";

/** Code of tests, whose patterns match known texts; all others may match text of unknown origin. */
const forTests = /\.(test|support)\.ts$|\/fault-matrix\/support\//;

/**
 * Code that builds patterns from texts. Those of constraints.ts are checked below; the others are constants, or come
 * from the author of the template, of the parameter, of the workflow or of the set-up.
 */
const builders = [
  "actions/check-lab/src/class/report-faults.ts",
  "actions/provision-stack/src/set/parameter-values.ts",
  "lab/src/runner/runner.ts",
  "simulator/src/conformance/items.ts",
  "simulator/src/kit/constraints.ts",
  "simulator/src/services/cloudformation/template/parameters.ts",
  "simulator/src/services/ssm/service.ts",
];

interface Pattern {
  readonly place: string;
  readonly literal: string;
}

const sources = filesOf("*.ts", "*.js", "*.mjs", "*.cjs")
  .filter((file) => !forTests.test(file))
  .map((file) => ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true));

const patterns = collect(({ node, place }) =>
  ts.isRegularExpressionLiteral(node) ? { place, literal: node.text } : undefined,
);

/** Texts `pattern: "…"` of constraints, except those with another check. */
const constraints = collect(({ node, place }) => {
  if (!ts.isPropertyAssignment(node) || nameOf(node) !== "pattern") return undefined;
  if (node.parent.properties.some((property) => nameOf(property) === "linear")) return undefined;
  if (!ts.isStringLiteral(node.initializer)) return undefined;
  return { place, literal: `/^(?:${node.initializer.text.replace("\\p{Print}", "[\\x20-\\x7e]")})$/s` };
});

const built = collect(({ node, place }) => {
  const isBuilt = ts.isNewExpression(node) || ts.isCallExpression(node);
  return isBuilt && ts.isIdentifier(node.expression) && node.expression.text === "RegExp"
    ? { place, literal: "" }
    : undefined;
});

function collect(find: (found: { node: ts.Node; place: string }) => Pattern | undefined): Pattern[] {
  const found: Pattern[] = [];
  for (const source of sources) {
    const visit = (node: ts.Node): void => {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      const pattern = find({ node, place: `${source.fileName}:${line + 1}` });
      if (pattern) found.push(pattern);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

function nameOf({ name }: ts.ObjectLiteralElementLike): string | undefined {
  return name && ts.isIdentifier(name) ? name.text : undefined;
}

/** A repeated character makes the pattern's time grow faster than the text. */
function isSlow(literal: string): boolean {
  const end = literal.lastIndexOf("/");
  return analyse({ source: literal.slice(1, end), flags: literal.slice(end + 1) }).reports.length > 0;
}

test("reads every pattern of the product", () => {
  expect(patterns.length).toBeGreaterThan(500);
  expect(constraints.length).toBeGreaterThan(5);
});

test("patterns are built only of texts that this test knows", () => {
  const places = new Set(built.map(({ place }) => place.replace(/:\d+$/, "")));
  expect([...places].sort()).toEqual(builders);
});

test.each([
  ["a blank that two quantifiers can take", String.raw`/^\+?[\d\s().-]{3,}(\s*(x|ext\.?)\s*\d+)?$/i`],
  ["a start at every blank", String.raw`/\s+$/`],
  ["a group that repeats in two ways", "/^(a+)+$/"],
])("finds %s", (_, literal) => {
  expect(isSlow(literal)).toBe(true);
});

test("every pattern of the product takes time in proportion to its text", () => {
  expect([...patterns, ...constraints].filter(({ literal }) => isSlow(literal))).toEqual([]);
});
