import { Missing, once } from "./outcome.ts";
import type { ServiceName } from "./parts.ts";
import { folderOf, type Source, type Sources } from "./sources.ts";

interface CodeFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

export interface ServiceCode {
  readonly source: Source;
  readonly folder: string;
  /** Program, pages and Dockerfile, without packages, tests and bundles. */
  readonly files: readonly CodeFile[];
}

const read = /(\.(?:[cm]?js|ts|html?|mustache|ejs|hbs|handlebars|pug|njk|[jt]sx|json)|(?:^|\/)Dockerfile)$/;
const skipped = /(^|\/)(node_modules|dist|test|tests|css|img)\/|\.test\.|package-lock\.json$|\.min\.js$/;
const mostFiles = 80;

/** Returns whether a path is that of a program, a page or a Dockerfile; a list of packages is none. */
export function isCode(path: string): boolean {
  return read.test(path) && !skipped.test(path) && !path.endsWith(".json");
}

/** Reads the code of each service once. */
export function createReadCode(sources: Sources) {
  return once(async (service: ServiceName): Promise<ServiceCode> => {
    const source = await sources.code();
    const paths = await source.paths();
    const folder = folderOf(service, paths);
    if (folder === undefined)
      throw new Missing(`${source.name} has no folder ${service} with a Dockerfile or a package.json`);
    const chosen = paths
      .filter((path) => path.startsWith(`${folder}/`) && read.test(path) && !skipped.test(path))
      .slice(0, mostFiles);
    const files = await Promise.all(
      chosen.map(async (path) => ({ path, text: withoutComments(path, (await source.text(path)) ?? "") })),
    );
    return { source, folder, files };
  });
}

/** Code that is commented out is not there. Line numbers stay. */
function withoutComments(path: string, text: string): string {
  const without = (start: string) =>
    text
      .split("\n")
      .map((line) => (line.trimStart().startsWith(start) ? "" : line))
      .join("\n");
  if (/\.[cm]?[jt]sx?$/.test(path))
    // A comment does not begin in a path such as "/admin/*", nor in the address of a site.
    return without("//")
      .replace(/(?<![\w"'`/])\/\*[\s\S]*?\*\//g, blank)
      .replace(/(?<=[\s;])\/\/.*/g, blank);
  if (path.endsWith("Dockerfile")) return without("#");
  return text.replace(/<!--[\s\S]*?-->|\{\{![\s\S]*?\}\}/g, blank);
}

const blank = (block: string) => block.replace(/[^\n]/g, " ");

export interface Match {
  /** `path:line`. */
  readonly place: string;
  readonly path: string;
  /** The first group, or the whole match. */
  readonly found: string;
  readonly groups: readonly (string | undefined)[];
  /** The text behind the match, of some lines. */
  readonly after: string;
}

/** Returns each match of a pattern in the files whose paths fit. */
export function matches({ files }: ServiceCode, pattern: RegExp, only = /./): Match[] {
  return files
    .filter(({ path }) => only.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(pattern)].map((match) => ({
        place: `${path}:${text.slice(0, match.index).split("\n").length}`,
        path,
        found: match[1] ?? match[0],
        groups: match.slice(1),
        after: text.slice(match.index + match[0].length, match.index + match[0].length + 500),
      })),
    );
}
