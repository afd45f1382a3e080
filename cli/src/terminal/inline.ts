import { plain, type Style } from "./style.ts";

/** Signs of which terminals disagree on the width. */
const signs: Readonly<Record<string, string>> = {
  "✅": "✓",
  "❌": "✗",
  "⚠️": "!",
  "⚠": "!",
  ℹ️: "i",
  "⏭️": "-",
};

/** Renders emphasis, code, links and entities of a text; tags are removed, `<br>` breaks the line. */
export function renderInline(text: string, style: Style): string {
  // Code and links are kept aside, since no other mark counts in them.
  const kept: string[] = [];
  const keep = (rendered: string) => `\uE000${kept.push(rendered) - 1}\uE000`;
  const rendered = text
    .replaceAll("\uE000", "")
    .replace(/(`+)(?!`)(.+?)(?<!`)\1(?!`)/g, (_, _fence, code: string) =>
      keep(style.cyan(foreign(code.trim()))),
    )
    .replace(/\\([!-/:-@[-`{-~])/g, (_, character: string) => keep(character))
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, (_, alternative: string) => keep(foreign(alternative)))
    .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, (_, label: string, target: string) =>
      keep(linkText(label, target)),
    )
    .replace(/<br\s*\/?>/gi, "\n")
    .replace(/<(https?:[^>\s]+)>/g, "$1")
    .replace(/<\/?[a-z][^>]*>/gi, "")
    .split(/(\*\*.+?\*\*|(?<![\w*])[*_][^*_\s](?:[^*_]*[^*_\s])?[*_](?![\w*]))/)
    .map((part) => {
      if (/^\*\*.+\*\*$/.test(part)) return style.bold(foreign(part.slice(2, -2)));
      if (/^[*_].+[*_]$/.test(part)) return foreign(part.slice(1, -1));
      return foreign(part);
    })
    .join("");
  return restore(rendered, kept);
}

/** Text between marks may hold others that are kept aside. */
function restore(text: string, kept: readonly string[]): string {
  return text.replace(/\uE000(\d+)\uE000/g, (_, index: string) => restore(kept[Number(index)] ?? "", kept));
}

function linkText(label: string, target: string): string {
  const text = foreign(label.replace(/\*\*/g, ""));
  return text === target || !/^https?:/.test(target) ? text : `${text} (${target})`;
}

/** Resolves entities, then removes control characters, which an entity may be. */
function foreign(text: string): string {
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
