/** Suffixes in their order; those before the empty one come before the release itself. Source: apk-package(5). */
const suffixes = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"];

/**
 * Below, at or above zero as `a` is before, the same as or after `b`.
 * Source: apk-package(5), "Package version": number{.number}{letter}{_suffix{number}}{~hash}{-r#}.
 */
export function compareApkVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return (
    compareLists(left.numbers, right.numbers, compareNumbers) ||
    compareWords(left.letter, right.letter) ||
    compareLists(left.suffixes, right.suffixes, compareSuffixes) ||
    compareWords(left.hash, right.hash) ||
    left.revision - right.revision
  );
}

interface Suffix {
  readonly rank: number;
  readonly number: number;
}

function parse(version: string) {
  const match = /^(\d+(?:\.\d+)*)([a-z]?)((?:_[a-z]+\d*)*)(~[0-9a-f]+)?(?:-r(\d+))?/.exec(version);
  const [, numbers = "", letter = "", named = "", hash = "", revision = "0"] = match ?? [];
  return {
    numbers: numbers.split("."),
    letter,
    suffixes: [...named.matchAll(/_([a-z]+)(\d*)/g)].map(
      ([, name = "", number]): Suffix => ({ rank: suffixes.indexOf(name), number: Number(number) }),
    ),
    hash,
    revision: Number(revision),
  };
}

function compareLists<Item>(
  a: readonly Item[],
  b: readonly Item[],
  compare: (left: Item | undefined, right: Item | undefined, index: number) => number,
): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = compare(a[index], b[index], index);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A longer version is later; after the first, numbers with a leading zero are compared as fractions. */
function compareNumbers(a: string | undefined, b: string | undefined, index: number): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  if (index > 0 && (a.startsWith("0") || b.startsWith("0"))) return compareWords(a, b);
  const [left, right] = [BigInt(a), BigInt(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareSuffixes(a: Suffix | undefined, b: Suffix | undefined): number {
  const none: Suffix = { rank: suffixes.indexOf(""), number: 0 };
  const [left, right] = [a ?? none, b ?? none];
  return left.rank - right.rank || left.number - right.number;
}

function compareWords(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
