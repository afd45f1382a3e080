import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { costTable } from "./cost-table.ts";
import { frenchDescriptions } from "./french-prices.ts";
import { anchorOf, codeBlocksOf, codeSpansOf, headingsOf, relativeLinksOf } from "./markdown.ts";
import { languages, phasePages } from "./pages.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "docs/lab");
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const pairs = ["check-lab", "split-the-monolith", "teachers", ...phasePages.map(({ name }) => name)];
const files = [
  "README.md",
  ...pairs.flatMap((name) => languages.map((language) => `${name}.${language}.md`)),
];

test("the folder has the nine phases in both languages, and the index links all of them", () => {
  expect(phasePages.map(({ phase }) => phase)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(
    readdirSync(folder)
      .filter((file) => file.endsWith(".md"))
      .sort(),
  ).toEqual(files.toSorted());
  expect(
    relativeLinksOf(read("README.md"))
      .filter((link) => /^[^/]+\.md$/.test(link))
      .sort(),
  ).toEqual(files.slice(1).sort());
});

describe.each(pairs)("%s", (name) => {
  const [english, french] = [read(`${name}.en.md`), read(`${name}.fr.md`)];

  test("has the same headings, tables, links and code in both languages", () => {
    expect(shapeOf(french)).toEqual(shapeOf(english));
  });

  test("links to the other language", () => {
    expect(relativeLinksOf(english)[0]).toBe(`${name}.fr.md`);
    expect(relativeLinksOf(french)[0]).toBe(`${name}.en.md`);
  });
});

/** Returns everything that a translation keeps; comments and placeholders are text. */
function shapeOf(markdown: string) {
  return {
    headings: headingsOf(markdown).map(({ level }) => level),
    rows: markdown.split("\n").filter((line) => line.startsWith("|")).length,
    links: relativeLinksOf(markdown)
      .slice(1)
      .map((link) => link.replace(/\.(en|fr)\.md/, ".md").replace(/#.*/, "")),
    code: codeBlocksOf(markdown).map(({ language, text }) => [
      language,
      (language === "mermaid" ? withoutLabels(text) : text)
        .replace(/ *# .*$/gm, "")
        .replace(/<[^<>\n]* [^<>\n]*>/g, "<…>")
        .replace(/m "[^"]*"/g, "m"),
    ]),
  };
}

function withoutLabels(diagram: string): string {
  return diagram
    .replace(/"[^"]*"/g, '""')
    .replace(/-- [^">]+ -->/g, '-- "" -->')
    .replace(/\[[^\]"]+\]/g, '[""]');
}

test.each(files)("every link of %s works", (file) => {
  const dead = relativeLinksOf(read(file)).filter((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? join(folder, file) : join(folder, dirname(file), path);
    if (!existsSync(target)) return true;
    if (anchor === undefined) return false;
    return !headingsOf(readFileSync(target, "utf8")).some(({ text }) => anchorOf(text) === anchor);
  });
  expect(dead).toEqual([]);
});

test.each(files)("everything that %s names exists", (file) => {
  const markdown = read(file);
  const code = [...codeSpansOf(markdown), ...codeBlocksOf(markdown).map(({ text }) => text)].join("\n");
  const scripts = Object.keys(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts);
  const named = (pattern: RegExp) => [...code.matchAll(pattern)].map(([, name = ""]) => name);
  expect(named(/npm run (?!build --workspace)([\w:-]+)/g).filter((name) => !scripts.includes(name))).toEqual(
    [],
  );
  const paths = named(
    /(?<![\w/.~-])((?:actions|docs|infra-templates|lab|scripts|services|simulator)\/[\w./-]+)/g,
  );
  // A bundle exists only after a build.
  expect(paths.filter((path) => !path.includes("/dist/") && !existsSync(join(root, path)))).toEqual([]);
});

test.each(files)("every workflow, profile and stack that %s names exists", (file) => {
  const markdown = read(file);
  const workflows = [...markdown.matchAll(/\*Actions → ([^*]+)\*/g)].map(([, name]) => name ?? "");
  expect(workflows.filter((name) => !workflowNames().includes(name))).toEqual([]);
  const profiles = lists(markdown, /prof(?:ile|il) `([\w-]+)`/g);
  expect(profiles.filter((name) => !existsSync(parametersOf(name)))).toEqual([]);
  // The pages speak of the course's account where they name stacks.
  const templates = Object.keys(JSON.parse(readFileSync(parametersOf("academy"), "utf8")));
  const stacks = lists(markdown, /(?:stacks?|piles?) `([\w,-]+)`/g);
  expect(stacks.filter((name) => !templates.includes(name))).toEqual([]);
});

const parametersOf = (profile: string) => join(root, `infra-templates/parameters/${profile}.json`);

function lists(markdown: string, pattern: RegExp): string[] {
  return [...markdown.matchAll(pattern)].flatMap(([, names = ""]) => names.split(","));
}

function workflowNames(): string[] {
  const workflows = join(root, ".github/workflows");
  return readdirSync(workflows).map(
    (file) => /^name: (.+)$/m.exec(readFileSync(join(workflows, file), "utf8"))?.[1] ?? "",
  );
}

test.each(phasePages.filter(({ costs }) => costs !== undefined))(
  "the figures of $name are up to date",
  (page) => {
    for (const language of languages) {
      const text = read(`${page.name}.${language}.md`);
      const written = /<!-- cost:begin -->\n([\s\S]*)\n<!-- cost:end -->/.exec(text)?.[1];
      expect(written, 'run "npm run docs"').toBe(costTable(page.costs ?? [], language));
    }
  },
);

test("every price on a page has a French description", () => {
  const list = JSON.parse(readFileSync(join(root, "actions/shared/cost/prices-us-east-1.json"), "utf8"));
  const ids: string[] = list.prices.map(({ id }: { id: string }) => id);
  expect(ids.filter((id) => !frenchDescriptions.some(([beginning]) => id.startsWith(beginning)))).toEqual([]);
});
