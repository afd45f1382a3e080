/** Below, at or above zero as `a` is before, the same as or after `b`. Source: deb-version(7), "Sorting algorithm". */
export function compareDpkgVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return (
    left.epoch - right.epoch ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
}

function parse(version: string) {
  const colon = version.indexOf(":");
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? "" : rest.slice(dash + 1),
  };
}

/** By turns a part without digits and a number, until one differs. */
function compareParts(a: string, b: string): number {
  const parts = /^(\D*)(\d*)/;
  let [left, right] = [a, b];
  while (left !== "" || right !== "") {
    const [, leftText = "", leftNumber = ""] = parts.exec(left) ?? [];
    const [, rightText = "", rightNumber = ""] = parts.exec(right) ?? [];
    const difference = compareText(leftText, rightText) || compareNumbers(leftNumber, rightNumber);
    if (difference !== 0) return difference;
    left = left.slice(leftText.length + leftNumber.length);
    right = right.slice(rightText.length + rightNumber.length);
  }
  return 0;
}

function compareText(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = order(a[index]) - order(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A tilde is before the end, the end before letters, letters before all else. */
function order(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === "~") return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

/** Numbers may have more digits than a double holds exactly. */
function compareNumbers(a: string, b: string): number {
  const [left, right] = [BigInt(a || 0), BigInt(b || 0)];
  return left < right ? -1 : left > right ? 1 : 0;
}
