import { isDeepStrictEqual } from "node:util";
import type { Json } from "../expressions/evaluate.ts";

export type Combination = { [name: string]: Json };

/** Expands `strategy.matrix` by GitHub's documented rules for vectors, `exclude` and `include`. */
export function expandMatrix(matrix: Json, place: string): Combination[] {
  if (!isObject(matrix))
    throw new Error(`${place}: 'matrix' must be a mapping, or an expression that gives one`);
  const { include = [], exclude = [], ...vectors } = matrix;
  let combinations: Combination[] = Object.keys(vectors).length === 0 ? [] : [{}];
  for (const [name, values] of Object.entries(vectors)) {
    if (!Array.isArray(values)) throw new Error(`${place}: the matrix vector '${name}' must be a list`);
    combinations = combinations.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
  }
  const excluded = objects(exclude, "exclude", place);
  combinations = combinations.filter((each) => !excluded.some((pattern) => contains(each, pattern)));
  return addIncluded(combinations, objects(include, "include", place), Object.keys(vectors));
}

/** `customer, production` of `deploy (customer, production)`. */
export function describeCombination(combination: Combination): string {
  const leaves = (value: Json): string[] => {
    if (value === null) return [];
    if (typeof value === "object") return Object.values(value).flatMap(leaves);
    return [String(value)];
  };
  return leaves(combination).join(", ");
}

function addIncluded(combinations: Combination[], included: Combination[], vectors: string[]): Combination[] {
  const original = combinations.map((each) => ({ ...each }));
  const added: Combination[] = [];
  for (const entry of included) {
    const overlap = Object.fromEntries(Object.entries(entry).filter(([name]) => vectors.includes(name)));
    const matching = combinations.filter((_, index) => contains(original[index] as Combination, overlap));
    if (matching.length === 0) added.push({ ...entry });
    for (const each of matching) Object.assign(each, entry);
  }
  return [...combinations, ...added];
}

function contains(combination: Combination, pattern: Combination): boolean {
  return Object.entries(pattern).every(([name, value]) => isDeepStrictEqual(combination[name], value));
}

function objects(value: Json, name: string, place: string): Combination[] {
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw new Error(`${place}: '${name}' of a matrix must be a list of mappings`);
  }
  return value as Combination[];
}

function isObject(value: Json): value is Combination {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
