import { oneLine } from "../../core/plain-text.ts";
import type { Page } from "./read-page.ts";

interface Tag {
  /** In lower case, with a slash if it closes. */
  readonly name: string;
  readonly source: string;
  /** Text up to the next tag. */
  readonly text: string;
  /** In the navigation. */
  readonly isNavigation: boolean;
}

/** Splits HTML into its tags, in time linear to its length, however broken it is. */
function tagsOf(html: string): Tag[] {
  const [first = "", ...rest] = html.split("<!--");
  const shown = [first, ...rest.map((part) => part.slice(`${part}-->`.indexOf("-->") + 3))].join("");
  let depth = 0;
  return shown
    .split("<")
    .slice(1)
    .map((part) => {
      const end = part.indexOf(">");
      const source = end < 0 ? part : part.slice(0, end);
      const name = (/^\/?[a-z][a-z0-9]*/i.exec(source)?.[0] ?? "").toLowerCase();
      if (name === "nav") depth++;
      const isNavigation = depth > 0;
      if (name === "/nav") depth = 0;
      return { name, source, text: decode(end < 0 ? "" : part.slice(end + 1)), isNavigation };
    });
}

const entities: Readonly<Record<string, string>> = { amp: "&", quot: '"', "#39": "'", "#x27": "'" };
const decode = (text: string) => text.replace(/&(amp|quot|#39|#x27);/g, (all, name) => entities[name] ?? all);

const attributes = /\s([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;

function attribute(tag: Tag, name: string): string | undefined {
  const found = [...tag.source.matchAll(attributes)].find(([, key]) => key?.toLowerCase() === name);
  return found && decode(found[2] ?? found[3] ?? found[4] ?? "");
}

/** Text of an element, with that of the tags in it. */
function textOf(tags: readonly Tag[], start: number): string {
  const { name } = tags[start] as Tag;
  const inside = tags.slice(start, start + 20);
  const end = inside.findIndex((tag) => tag.name === `/${name}`);
  return inside
    .slice(0, end < 0 ? 1 : end)
    .map(({ text }) => text)
    .join("");
}

const textsOf = (tags: readonly Tag[], wanted: (tag: Tag) => boolean) =>
  tags.flatMap((tag, index) => (wanted(tag) ? [quoted(textOf(tags, index))] : []));

/** A part of a page for a message. */
export const quoted = (text: string) => oneLine(text, 1_000).trim().slice(0, 100);

const columns = /^(?:name|address|city|state|e-?mail|phone|nom|adresse|ville|région|état|téléphone)\b/i;
const suppliers = /supplier|fournisseur/i;

/**
 * Returns why a page is not a list of suppliers, undefined if it is one. It is judged by what only a list has: the
 * table of the suppliers' fields, rows, or the link that adds the first one. A page that says anything else, with any
 * status, is none.
 */
export function listProblem({ status, text, problem }: Page): string | undefined {
  if (problem !== undefined) return problem;
  if (status !== 200) return `returns ${status}`;
  const tags = tagsOf(text);
  const content = tags.filter(({ isNavigation }) => !isNavigation);
  const cells = textsOf(content, ({ name }) => name === "th" || name === "td");
  const headings = textsOf(content, ({ name }) => /^(?:h[1-3]|title)$/.test(name));
  const rows = content.filter(({ name }) => name === "td" || name === "li").length;
  const isList =
    cells.filter((cell) => columns.test(cell)).length >= 3 ||
    (rows > 0 && headings.some((heading) => suppliers.test(heading))) ||
    content.some((tag) => changing.test(attribute(tag, "href") ?? "")) ||
    content.some((tag) => tag.name === "form" && /\/suppliers\/?$/.test(attribute(tag, "action") ?? ""));
  if (isList) return undefined;
  const [said = quoted(text)] = headings.slice(headings.length > 1 ? 1 : 0);
  return `returns 200 without a list of suppliers: "${said}"`;
}

/** Addresses that add, change or delete a supplier. */
export const changing = /\/?supplier-(?:add|update|remove)\b/;

export interface Target {
  readonly kind: "links to" | "posts to";
  /** As the page has it. */
  readonly written: string;
  readonly url: URL;
  /** Inputs of a form that a visitor does not see. */
  readonly hidden: Readonly<Record<string, string>>;
}

/** Returns links and forms of a page; searches are not among them. */
export function targetsOf({ address, text }: Pick<Page, "address" | "text">): Target[] {
  const tags = tagsOf(text);
  return tags.flatMap((tag, index): Target[] => {
    const isForm = tag.name === "form" && attribute(tag, "method")?.toLowerCase() === "post";
    const written = isForm ? (attribute(tag, "action") ?? "") : tag.name === "a" && attribute(tag, "href");
    if (typeof written !== "string" || !URL.canParse(written, address)) return [];
    const url = new URL(written, address);
    return [
      { kind: isForm ? "posts to" : "links to", written, url, hidden: isForm ? hiddenOf(tags, index) : {} },
    ];
  });
}

function hiddenOf(tags: readonly Tag[], start: number): Record<string, string> {
  const end = tags.findIndex(({ name }, index) => index > start && name === "/form");
  const inputs = tags
    .slice(start, end < 0 ? start + 50 : end)
    .filter((tag) => attribute(tag, "type") === "hidden");
  return Object.fromEntries(
    inputs.map((tag) => [attribute(tag, "name") ?? "", attribute(tag, "value") ?? ""]),
  );
}

/** Title and brand of a page; empty if it has none. */
export function namesOf({ text }: Pick<Page, "text">): { title: string; brand: string } {
  const tags = tagsOf(text);
  const [title = ""] = textsOf(tags, ({ name }) => name === "title");
  const [brand = ""] = textsOf(tags, (tag) => /\b(?:navbar-)?brand\b/.test(attribute(tag, "class") ?? ""));
  return { title, brand };
}
