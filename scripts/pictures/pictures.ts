import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import MarkdownIt from "markdown-it";

/** Pictures that the documents show, and the most bytes of each. */
export const picturesFolder = "docs/images";
export const mostBytes = 200_000;

/** Returns one line for each picture of docs/images that a Markdown file links and that does not exist. */
export function missingPictures(root: string): string[] {
  const files = globSync(["*.md", "docs/**/*.md", "{actions,lab,simulator,examples,live}/**/README.md"], {
    cwd: root,
    exclude: (name) => name === "node_modules",
  });
  return files.flatMap((file) => {
    const links = readFileSync(join(root, file), "utf8").matchAll(/\]\(([^()\s]+\.png)\)/g);
    return [...links].flatMap(([, link = ""]) => {
      const picture = relative(root, join(root, dirname(file), link));
      const isOurs = picture.startsWith(picturesFolder);
      return isOurs && !existsSync(join(root, picture)) ? [`${file}: ${picture} does not exist`] : [];
    });
  });
}

/** GitHub's own sizes and colours of a rendered summary, as far as cards use them (primer/css, markdown-body). */
const style = `
* { box-sizing: border-box }
body { margin: 0; background: #fff; color: #1f2328; font: 16px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; overflow-wrap: break-word }
main { padding: 16px }
main > :first-child { margin-top: 0 } main > :last-child { margin-bottom: 0 }
h1, h2, h3, h4 { margin: 24px 0 16px; font-weight: 600; line-height: 1.25 }
h3 { font-size: 20px } h4 { font-size: 16px }
p, ul, ol, blockquote, table, pre, details { margin: 0 0 16px }
ul, ol { padding-left: 2em } li + li { margin-top: 4px }
a { color: #0969da; text-decoration: none }
code, pre { font: 13.6px/1.45 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace }
code { padding: .2em .4em; background: #818b981f; border-radius: 6px }
pre { padding: 16px; overflow: auto; background: #f6f8fa; border-radius: 6px } pre code { padding: 0; background: none }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse }
th, td { padding: 6px 13px; border: 1px solid #d1d9e0 } th { font-weight: 600 }
tr:nth-child(2n) td { background: #f6f8fa }
blockquote { padding: 0 1em; color: #59636e; border-left: .25em solid #d1d9e0 }
summary { cursor: pointer }
.ok { color: #1a7f37 } .bad { color: #cf222e }
`;

/** Returns a page that shows a job summary as GitHub does. Mermaid is shown as text: cards fold it. */
export function summaryPage(markdown: string): string {
  // Not every machine has a font with emoji.
  const html = new MarkdownIt({ html: true })
    .render(markdown)
    .replace(/<p>\[!CAUTION\]\s/g, '<p><b class="bad">Caution</b><br>')
    .replaceAll("✅", '<b class="ok">✔</b>')
    .replaceAll("❌", '<b class="bad">✘</b>');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Job summary</title><style>${style}</style><main>${html}</main>`;
}
