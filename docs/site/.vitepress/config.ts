import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type DefaultTheme, defineConfig, type MarkdownOptions } from "vitepress";
import { anchorOf, phasePages } from "../../../scripts/lab-pages/pages.ts";
import { left, linkOf, pathOf } from "../pages.ts";
import { showWaysAsTabs } from "../ways.ts";

// Builds the site from the repository's Markdown as it is: docs/, and the README of each part.
const root = join(import.meta.dirname, "../../..");
const repository = `https://github.com/${process.env.GITHUB_REPOSITORY ?? "OWNER/ecs-delivery"}`;
// Node 20 has no globSync.
const excluded = left.map((pattern) => `:(exclude,glob)${pattern}`);
const listed = execFileSync("git", ["ls-files", "-zco", "--exclude-standard", "--", "*.md", ...excluded], {
  cwd: root,
  encoding: "utf8",
});
const files = listed.split("\0").filter((file) => file && !/(^|\/)\./.test(file));
const pages = new Set(files);

const titleOf = (file: string) => /^# (.+)$/m.exec(readFileSync(join(root, file), "utf8"))?.[1] ?? file;
const item = (file: string): DefaultTheme.SidebarItem => ({
  text: titleOf(file),
  link: `/${pathOf(file).replace(/(index)?\.md$/, "")}`,
});
const inFolder = (folder: string) =>
  files
    .filter((file) => file.startsWith(folder))
    .sort()
    .map(item);
const docs = (...names: string[]) => names.map((name) => item(`docs/${name}.md`));

function guide(language: "en" | "fr", index: string): DefaultTheme.SidebarItem[] {
  const [phases, more] =
    language === "en" ? ["The course lab", "For the lab"] : ["Le laboratoire", "Autour du laboratoire"];
  const page = (name: string) => item(`docs/lab/${name}.${language}.md`);
  return [
    { text: phases, items: [item(index), ...phasePages.map(({ name }) => page(name))] },
    {
      text: more,
      items: ["split-the-monolith", "check-lab", "teachers", "teachers-class", "teachers-answers"].map(page),
    },
  ];
}

const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: "Start",
    items: [
      item("README.md"),
      ...docs("fork", "other-repositories", "terraform-and-cdk", "migration", "live-page"),
    ],
  },
  ...guide("en", "docs/lab/README.md").map((group) => ({ ...group, collapsed: true })),
  { text: "Actions", collapsed: true, items: inFolder("actions/") },
  { text: "Examples", collapsed: true, items: inFolder("examples/") },
  {
    text: "Reference",
    items: [
      ...docs("architecture", "containers", "benchmarks", "testing", "versions"),
      { ...item("cli/README.md"), text: "Command line" },
      ...["infra-templates", "simulator"].map((folder) => item(`${folder}/README.md`)),
    ],
  },
  { text: "Decisions", collapsed: true, items: inFolder("docs/decisions/") },
  { text: "Project", collapsed: true, items: ["CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].map(item) },
];

const markdown: MarkdownOptions = {
  // Anchors as on GitHub, so that links work in both places.
  anchor: { slugify: anchorOf },
  config(md) {
    showWaysAsTabs(md);
    md.core.ruler.push("links-of-the-repository", ({ tokens, env }) => {
      const file = relative(root, env.path);
      for (const { children } of tokens)
        for (const token of children ?? []) {
          const name = token.type === "link_open" ? "href" : token.type === "image" ? "src" : undefined;
          const target = name && token.attrGet(name);
          if (!name || !target || (name === "src" && !target.startsWith("../../"))) continue;
          token.attrSet(name, linkOf(file, target, pages, repository));
        }
    });
    // Vue would evaluate {{ … }}.
    md.renderer.rules.code_inline = (tokens, index) =>
      `<code v-pre>${md.utils.escapeHtml(tokens[index]?.content ?? "")}</code>`;
    const fence = md.renderer.rules.fence;
    md.renderer.rules.fence = (tokens, index, ...rest) => {
      const { info, content } = tokens[index] as { info: string; content: string };
      if (info === "mermaid")
        return `<pre class="mermaid" tabindex="0" v-pre>${md.utils.escapeHtml(content)}</pre>`;
      return fence?.(tokens, index, ...rest) ?? "";
    };
  },
};

const french = {
  label: "Français",
  lang: "fr",
  themeConfig: {
    nav: [{ text: "Le laboratoire", link: "/fr/" }],
    sidebar: guide("fr", "docs/lab/README.fr.md"),
    outline: { label: "Sur cette page" },
    docFooter: { prev: "Page précédente", next: "Page suivante" },
    darkModeSwitchLabel: "Apparence",
    sidebarMenuLabel: "Menu",
    returnToTopLabel: "Haut de la page",
    langMenuLabel: "Langue",
  },
};

export default defineConfig({
  title: "ecs-delivery",
  description: "GitHub Actions that deliver services to Amazon ECS, and the course lab that teaches it",
  base: process.env.SITE_BASE ?? "/",
  srcDir: root,
  srcExclude: left,
  outDir: join(import.meta.dirname, "../dist"),
  cacheDir: join(import.meta.dirname, "../node_modules/.cache/vitepress"),
  rewrites: pathOf,
  cleanUrls: true,
  transformPageData({ relativePath, frontmatter }) {
    // Each way has the same steps: the outline lists the ways.
    if (/(^|\/)phase-\d/.test(relativePath)) frontmatter.outline = 2;
  },
  ignoreDeadLinks: "localhostLinks",
  markdown,
  vite: {
    plugins: [
      {
        // The pages are outside of the folder that has the packages. The built site imports Vue from there.
        name: "vue-of-the-site",
        enforce: "pre",
        resolveId: (id, _page, { ssr }) =>
          ssr && /^vue(\/server-renderer)?$/.test(id) ? { id, external: true } : undefined,
      },
      {
        // VitePress chooses a page's search index by its path in the repository, so all pages are in one.
        name: "one-search-index",
        transform: (code, id) =>
          id === "/@localSearchIndex"
            ? `${code.slice(0, -1)}, fr: () => import("@localSearchIndexroot")}`
            : undefined,
      },
    ],
  },
  locales: { root: { label: "English", lang: "en" }, fr: french },
  themeConfig: {
    // Only the guide has two languages; its pages link to each other.
    i18nRouting: false,
    nav: [
      { text: "The course lab", link: "/lab/" },
      { text: "Actions", link: "/actions/" },
    ],
    sidebar,
    outline: { level: [2, 3] },
    search: {
      provider: "local",
      options: {
        // Finds pages in the reader's language.
        miniSearch: {
          searchOptions: {
            filter: ({ id }) => id.includes("/fr/") === window.location.pathname.includes("/fr/"),
          },
        },
        locales: {
          fr: {
            translations: {
              button: { buttonText: "Rechercher", buttonAriaLabel: "Rechercher" },
              modal: {
                noResultsText: "Aucun résultat pour",
                resetButtonTitle: "Effacer",
                footer: { selectText: "choisir", navigateText: "parcourir", closeText: "fermer" },
              },
            },
          },
        },
      },
    },
    socialLinks: [{ icon: "github", link: repository }],
  },
});
