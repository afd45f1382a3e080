import { existsSync, readdirSync, statSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { OutputChunk, Plugin } from "rolldown";

/** A file or folder next to a module: `new URL("./file", import.meta.url)`, or parts of a path after `import.meta.dirname`. */
const places =
  /\bnew URL\(\s*["`]([^"`]*)["`],\s*import\.meta\.url\b|\bimport\.meta\.dirname\b((?:,\s*"[^"]*")+|\}[^`]*)/g;
const useOfPlace = /\bimport\.meta\.(?:url|dirname|filename|resolve)\b/g;

/**
 * The package has the layout of the repository: a bundled module finds the files next to its source where they were. A
 * TypeScript file that a module names is a program that it starts: it is bundled, and a JavaScript file has its place.
 * @param root the repository's folder, or a copy of some of its files
 */
export function repositoryLayout(root: string) {
  const copied = new Set<string>();
  const programs = new Set<string>();
  const isOwn = (path: string) => path.startsWith(`${root}/`) && !path.includes("/node_modules/");
  const fromLib = (path: string) => join("..", relative(root, path));

  /** Notes what a module names; throws for what would be missing in the package. */
  function note(module: string, named: string, isPrefix: boolean): void {
    const path = join(dirname(module), named);
    const place = isPrefix && !path.endsWith("/") ? dirname(path) : path.replace(/\/$/, "");
    const problem = (text: string) => new Error(`${relative(root, module)} names ${named}, ${text}`);
    if (place === root && !isPrefix) return;
    if (!existsSync(place) || !isOwn(place)) throw problem("which the repository does not have");
    if (statSync(place).isDirectory() && hasSources(place))
      throw problem("a folder with sources. Fix: name each file that it needs");
    (/\.ts$/.test(place) ? programs : copied).add(place);
  }

  const plugin: Plugin = {
    name: "repository-layout",
    transform: {
      filter: { code: /\bimport\.meta\./ },
      handler(code, id) {
        if (!isOwn(id)) return;
        const uses = withoutComments(code).match(useOfPlace) ?? [];
        const named = [...withoutComments(code).matchAll(places)];
        if (named.length !== uses.length)
          throw new Error(
            `${relative(root, id)} uses import.meta in a way that does not show which file it needs. Fix: new URL("./file", import.meta.url), or join(import.meta.dirname, "file")`,
          );
        for (const [, url, after = ""] of named) {
          const parts = after.startsWith(",")
            ? (JSON.parse(`[${after.slice(1)}]`) as string[])
            : [after.slice(2)];
          const [start = "", ...values] = (url ?? join(...parts)).split("${");
          note(id, start, values.length > 0);
        }
        for (const id of programs) this.emitFile({ type: "chunk", id, name: nameOf(relative(root, id)) });
        return code
          .replace(places, (text) => text.replace(/\.ts(?=")/, ".js"))
          .replaceAll("import.meta.dirname", `(import.meta.dirname + "/${fromLib(dirname(id))}")`)
          .replaceAll("import.meta.url", `new URL("${fromLib(id)}", import.meta.url).href`);
      },
    },
    resolveId: {
      // Browsers load these too: a second copy in the bundle would be another module.
      filter: { id: /\/browser\/[\w-]+(?:\.mjs)?$/ },
      async handler(id, importer, options) {
        const found = await this.resolve(id, importer, { ...options, skipSelf: true });
        if (!found || !isOwn(found.id)) return;
        copied.add(dirname(found.id));
        return { id: fromLib(found.id), external: true };
      },
    },
  };

  /** Writes the files that the bundled modules name, and a file for each program. */
  async function write(folder: string, chunks: readonly OutputChunk[]): Promise<void> {
    for (const path of copied)
      await cp(path, join(folder, relative(root, path)), { recursive: true, filter: isForUsers });
    for (const program of programs) {
      const bundle = chunks.find(({ facadeModuleId }) => facadeModuleId === program) as OutputChunk;
      const place = join(folder, relative(root, program).replace(/ts$/, "js"));
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, `import "${relative(dirname(place), join(folder, "lib", bundle.fileName))}";\n`);
    }
  }
  return { plugin, write };
}

/** Such as `lab-src-story-load-process`. */
const nameOf = (path: string) => path.replace(/\.ts$/, "").replaceAll("/", "-");

export const isForUsers = (path: string) => !/\.(?:test|support)\.\w+$/.test(path);

const hasSources = (folder: string) =>
  readdirSync(folder, { recursive: true }).some((path) => /\.ts$/.test(`${path}`) && isForUsers(`${path}`));

/** A comment may mention `import.meta`. */
const withoutComments = (code: string) => code.replace(/^[ \t]*(?:\/\/|\/?\*).*/gm, "");
