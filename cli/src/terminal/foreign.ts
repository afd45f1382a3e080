import { plain } from "./style.ts";

/** Signs of which terminals disagree on the width. */
const signs: Readonly<Record<string, string>> = {
  "✅": "✓",
  "❌": "✗",
  "⚠️": "!",
  "⚠": "!",
  ℹ️: "i",
  "⏭️": "-",
};

/** Resolves entities, then removes control characters, which an entity may be. */
export function foreign(text: string): string {
  const resolved = text
    .replace(/&#(x[\da-f]+|\d+);/gi, (_, code: string) => characterOf(code))
    .replace(/&(lt|gt|quot|apos|nbsp|amp);/g, (_, name: string) => entities[name] ?? "");
  return Object.entries(signs).reduce(
    (result, [sign, simple]) => result.replaceAll(sign, simple),
    plain(resolved),
  );
}

const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  amp: "&",
};

function characterOf(code: string): string {
  const point = code.toLowerCase().startsWith("x") ? Number.parseInt(code.slice(1), 16) : Number(code);
  return point > 0 && point <= 0x10_ffff ? String.fromCodePoint(point) : "";
}
