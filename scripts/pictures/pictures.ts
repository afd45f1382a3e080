import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

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
