import { posix } from "node:path";

/** Folders and files of the repository whose Markdown the site leaves out. */
export const left = [
  "**/node_modules/**",
  "**/dist/**",
  "docs/site/**",
  "scripts/**",
  "services/**",
  "lab/**",
  "actions/core/**",
];

/** Path of a page on the site: the guide's languages are folders, and a README is its folder's page. */
export function pathOf(file: string): string {
  return file
    .replace(/^docs\/lab\/README\.fr\.md$/, "fr/index.md")
    .replace(/^docs\/(lab\/.+)\.fr\.md$/, "fr/$1.md")
    .replace(/^docs\/(lab\/.+)\.en\.md$/, "$1.md")
    .replace(/^docs\//, "")
    .replace(/(^|\/)README\.md$/, "$1index.md");
}

/**
 * Returns the target that a link of a page has on the site: another page, or a file of the repository on GitHub.
 * @param pages paths of all pages in the repository
 * @param repository URL of the repository
 */
export function linkOf(file: string, target: string, pages: ReadonlySet<string>, repository: string): string {
  if (target.startsWith("#") || /^[a-z]+:/.test(target)) return target;
  const [path = "", anchor] = target.split("#");
  const found = posix.join(posix.dirname(file), decodeURI(path)).replace(/\/$/, "");
  const hash = anchor ? `#${anchor}` : "";
  // On GitHub, links may lead out of the files: ../../actions is the page Actions of the repository.
  if (found.startsWith("../../")) return `${repository}/${found.slice(6)}`;
  const page = [found, posix.join(found, "README.md")].find((each) => pages.has(each));
  if (page) return `/${pathOf(page)}${hash}`;
  return `${repository}/blob/main/${found}${hash}`;
}
