/** Unchanged lines around a change. */
const context = 3;

interface Line {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** Returns the difference of two texts in the format that `git apply` and `patch -p1` read; empty if they are equal. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const lines = compare(linesOf(before), linesOf(after));
  const changed = lines.flatMap(({ sign }, index) => (sign === " " ? [] : [index]));
  if (changed.length === 0) return "";
  const hunks: [number, number][] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    const [start, end] = [Math.max(0, index - context), Math.min(lines.length, index + context + 1)];
    if (last && start <= last[1]) last[1] = end;
    else hunks.push([start, end]);
  }
  const text = hunks.map(([start, end]) => hunkOf(lines, start, end)).join("\n");
  return `--- a/${path}\n+++ b/${path}\n${text}`;
}

function hunkOf(lines: readonly Line[], start: number, end: number): string {
  const range = (sign: "-" | "+") => {
    const count = (part: readonly Line[]) =>
      part.filter((line) => line.sign === " " || line.sign === sign).length;
    const length = count(lines.slice(start, end));
    return `${sign}${count(lines.slice(0, start)) + (length === 0 ? 0 : 1)},${length}`;
  };
  const shown = lines.slice(start, end).map(({ sign, text }) => `${sign}${text}`);
  return [`@@ ${range("-")} ${range("+")} @@`, ...shown].join("\n");
}

/** A last line without a line break is marked. */
function linesOf(text: string): string[] {
  if (text.endsWith("\n")) return text.slice(0, -1).split("\n");
  return `${text}\n\\ No newline at end of file`.split(/\n(?!\\ No newline)/);
}

/** Longest common subsequence of the lines between the equal beginning and the equal end. */
function compare(before: readonly string[], after: readonly string[]): Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before.at(-1 - end) === after.at(-1 - end)
  )
    end++;
  const same = (text: string): Line => ({ sign: " ", text });
  const middle = compareMiddle(
    before.slice(start, before.length - end),
    after.slice(start, after.length - end),
  );
  return [...before.slice(0, start).map(same), ...middle, ...before.slice(before.length - end).map(same)];
}

function compareMiddle(before: readonly string[], after: readonly string[]): Line[] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      (lengths[i] as number[])[j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ sign: " ", text: before[i++] ?? "" });
      j++;
    } else if (j >= after.length || (i < before.length && at(i + 1, j) >= at(i, j + 1)))
      lines.push({ sign: "-", text: before[i++] ?? "" });
    else lines.push({ sign: "+", text: after[j++] ?? "" });
  }
  return lines;
}
