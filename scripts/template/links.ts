import { dirname, join } from "node:path/posix";

/**
 * Returns an editor of Markdown pages: relative links to files that are not copied lead to the project's own pages.
 * @param base URL of the project's files
 * @param copied paths of the copied files
 */
export function linksTo(base: string, copied: ReadonlySet<string>): (page: string, text: string) => string {
  const isCopied = (path: string) =>
    copied.has(path) || [...copied].some((each) => each.startsWith(`${path}/`));
  return (page, text) =>
    text.replace(/\]\(([^)#:\s]+)(#[^)\s]*)?\)/g, (whole, target: string, anchor = "") => {
      const path = join(dirname(page), target).replace(/\/$/, "");
      return isCopied(path) ? whole : `](${base}/${path}${anchor})`;
    });
}
