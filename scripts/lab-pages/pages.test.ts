import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { phase10 } from "@ecs-delivery/actions/check-lab/src/phases/phases";
import { wayHeadings } from "@ecs-delivery/lab/course/guide";
import MarkdownIt from "markdown-it";
import { describe, expect, test } from "vitest";
import { linkOf, pathOf } from "../../docs/site/pages.ts";
import { showWaysAsTabs, wayHeadings as waysOfSite } from "../../docs/site/ways.ts";
import { costText } from "./cost-table.ts";
import { codeBlocksOf, codeSpansOf, headingsOf, relativeLinksOf } from "./markdown.support.ts";
import { anchorOf, type Language, languages, phasePages } from "./pages.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "docs/lab");
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const others = ["check-lab", "split-the-monolith", "teachers", "phase-10-big-data"];
const pages = [...others, ...phasePages.map(({ name }) => name)];
const pairs = ["README", ...pages, "teachers-answers", "teachers-class", "teachers-phase-10"];
/** GitHub shows README.md for the folder, so the English index has no language in its name. */
const fileOf = (name: string, language: Language) =>
  name === "README" && language === "en" ? "README.md" : `${name}.${language}.md`;
const files = pairs.flatMap((name) => languages.map((language) => fileOf(name, language)));

test("the folder has the nine phases in both languages, and each index links all of its own", () => {
  expect(phasePages.map(({ phase }) => phase)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(
    readdirSync(folder)
      .filter((file) => file.endsWith(".md"))
      .sort(),
  ).toEqual(files.toSorted());
  for (const language of languages)
    expect(
      relativeLinksOf(read(fileOf("README", language)))
        .slice(1)
        .filter((link) => /^[^/]+\.md$/.test(link))
        .sort(),
    ).toEqual(pages.map((name) => fileOf(name, language)).sort());
});

describe.each(pairs)("%s", (name) => {
  const [english, french] = [read(fileOf(name, "en")), read(fileOf(name, "fr"))];

  test("has the same headings, tables, links and code in both languages", () => {
    expect(shapeOf(french)).toEqual(shapeOf(english));
  });

  test("links to the other language", () => {
    expect(relativeLinksOf(english)[0]).toBe(fileOf(name, "fr"));
    expect(relativeLinksOf(french)[0]).toBe(fileOf(name, "en"));
  });
});

/** Parts of each phase's page, in their order. */
const parts = {
  en: [
    ...["Goal", "What you need", "With the CLI", "In the console", "With our templates", "Check"],
    ...["If something fails", "Questions"],
  ],
  fr: [
    ...["But", "Ce qu’il faut", "Avec la CLI", "Dans la console", "Avec nos modèles", "Vérifier"],
    ...["En cas de problème", "Questions"],
  ],
};

describe.each(phasePages)("$name", ({ name, phase }) => {
  test.each(languages)("has the same parts in the same order as every phase (%s)", (language) => {
    const page = read(fileOf(name, language));
    const headings = headingsOf(page).filter(({ level }) => level === 2);
    expect(headings.map(({ text }) => text)).toEqual(parts[language]);
    expect(partOf(page, parts[language][5])).toContain(`npm run check-lab -- --phase ${phase}`);
    // The words of the course's subject, where the page says why the phase matters.
    expect(partOf(page, parts[language][0])).toMatch(/Big Data|distribu|scalab|r[eé]silien/);
    expect(codeBlocksOf(partOf(page, parts[language][0])).map(({ language }) => language)).toEqual([
      "mermaid",
    ]);
  });
});

test.each(languages)("the teachers' page lists the items of the exercises (%s)", (language) => {
  const listed = codeSpansOf(read(fileOf("teachers", language))).filter((code) => /^10\.[a-z-]+$/.test(code));
  expect(listed.toSorted()).toEqual(phase10.items.map(({ id }) => id).toSorted());
});

function partOf(page: string, heading = ""): string {
  return page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
}

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

const allPages = execFileSync("git", ["ls-files", "-z", "--", "*.md"], { cwd: root, encoding: "utf8" })
  .split("\0")
  .filter((path) => path !== "" && !path.startsWith("scripts/template/") && existsSync(join(root, path)));

test.each(allPages)("every link of %s works", (page) => {
  const dead = relativeLinksOf(readFileSync(join(root, page), "utf8")).filter((link) => {
    const [path = "", anchor] = link.split("#");
    // GitHub's own pages of the repository, such as its workflow runs.
    if (path.startsWith("../../actions/workflows/")) return false;
    const target = path === "" ? join(root, page) : join(root, dirname(page), path);
    if (!existsSync(target)) return true;
    if (anchor === undefined) return false;
    const file = statSync(target).isDirectory() ? join(target, "README.md") : target;
    return !headingsOf(readFileSync(file, "utf8")).some(({ text }) => anchorOf(text) === anchor);
  });
  expect(dead).toEqual([]);
});

test("every page of the site has a path of its own, and links of the repository lead there", () => {
  const paths = allPages.map(pathOf);
  expect(new Set(paths).size).toBe(paths.length);
  const pages = new Set(allPages);
  const link = (file: string, target: string) => linkOf(file, target, pages, "https://github.com/o/r");
  expect(link("docs/lab/phase-3-development-environment.fr.md", "README.fr.md#hors-ligne")).toBe(
    "/fr/index.md#hors-ligne",
  );
  expect(link("README.md", "actions/check-lab")).toBe("/actions/check-lab/index.md");
  expect(link("docs/fork.md", "../infra-templates/access.yaml")).toBe(
    "https://github.com/o/r/blob/main/infra-templates/access.yaml",
  );
  expect(link("README.md", "../../actions/workflows/ci.yml")).toBe(
    "https://github.com/o/r/actions/workflows/ci.yml",
  );
});

test("the site shows the ways of a page as tabs, in their order, and other sections as they are", () => {
  expect(waysOfSite).toEqual(wayHeadings);
  const md = new MarkdownIt();
  showWaysAsTabs(md);
  const page =
    "## But\n\n## Avec la CLI\n\n### a\n\n## Dans la console\n\n## Avec nos modèles\n\n## Vérifier\n";
  const html = md
    .render(page)
    .replace(/ :headings="[^"]*"/, "")
    .replaceAll("\n", "");
  expect(html).toBe(
    '<h2>But</h2><Ways label="Façon de suivre le cours">' +
      "<template #cli><h2>Avec la CLI</h2><h3>a</h3></template>" +
      "<template #console><h2>Dans la console</h2></template>" +
      "<template #templates><h2>Avec nos modèles</h2></template></Ways><h2>Vérifier</h2>",
  );
  expect(md.render("## In the console\n")).toBe("<h2>In the console</h2>\n");
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
      expect(written, 'run "npm run docs"').toBe(costText(page.costs ?? [], language));
    }
  },
);
