import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, visit } from "yaml";
import { blankComments } from "./json-position.ts";

/** Keys of objects and indices of lists, from the root of the file. */
export type Keys = readonly (string | number)[];

export interface DataPositions {
  /**
   * Returns the 1-based line of a key or list item, or of the last part of its path that the text has; undefined
   * without any.
   */
  lineOf(keys: Keys): number | undefined;
  /** Keys that an object of the text has twice: the last one counts. */
  readonly duplicateKeys: readonly DuplicateKey[];
}

export interface DuplicateKey {
  readonly key: string;
  readonly firstLine: number;
  readonly line: number;
}

/** Finds the positions in a JSON or YAML text that parses; JSON is read as YAML, which includes it. */
export function findDataPositions(text: string): DataPositions {
  const lineCounter = new LineCounter();
  const document = parseDocument(blankComments(text), {
    lineCounter,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const lineAt = (node: unknown): number => lineCounter.linePos(startOf(node) ?? 0).line;
  const duplicateKeys: DuplicateKey[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const names = items.map(nameOf);
      items.forEach((pair, index) => {
        const key = names[index] as string;
        const first = names.indexOf(key);
        if (first < index)
          duplicateKeys.push({ key, firstLine: lineAt(items[first]?.key), line: lineAt(pair.key) });
      });
    },
  });
  return {
    duplicateKeys,
    lineOf(keys) {
      let node: unknown = document.contents;
      let found: unknown;
      for (const key of keys) {
        if (isAlias(node)) node = node.resolve(document);
        const pair = isMap(node) ? node.items.find((item) => nameOf(item) === key) : undefined;
        const item = isSeq(node) ? node.items[Number(key)] : undefined;
        if (pair === undefined && item === undefined) break;
        found = pair?.key ?? item;
        node = pair?.value ?? item;
      }
      return found === undefined ? undefined : lineAt(found);
    },
  };
}

function nameOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | undefined)?.range?.[0];
}
