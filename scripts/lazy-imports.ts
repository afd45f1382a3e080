import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import type { OnResolveArgs, Plugin } from "esbuild";

interface Part {
  /** Path of the module that is imported. */
  readonly file: string;
  /** What is taken from it; undefined: all. */
  readonly names: readonly string[] | undefined;
}

/**
 * Makes chunks for `await import(…)` that hold only what is taken: of `const { A } = await import("x")` A and what A
 * needs, where esbuild by itself puts all exports of x. `started` is a module that runs before any of these imports,
 * if the bundle has one: as each then depends on it, what it loads becomes one chunk rather than dozens, each of which
 * a start would have to open.
 */
export function shrinkLazyImports(root: string, entry: string, started: string | undefined): Plugin {
  return {
    name: "shrink-lazy-imports",
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: /./ }, async (args) => {
        const isLazy = args.kind === "dynamic-import" && args.namespace === "file";
        if (!isLazy || args.importer === entry) return undefined;
        const { path, importer, resolveDir } = args;
        const found = await resolve(path, { kind: "import-statement", importer, resolveDir });
        if (found.errors.length > 0 || found.external || found.namespace !== "file") return found;
        const part: Part = { file: found.path, names: await namesTaken(args) };
        // Chunks are named after this: it may say neither where the repository lies nor, for the licenses, be in a package.
        const name = relative(root, found.path).replaceAll("\\", "/").replaceAll("node_modules/", "");
        return { path: `${name}?${part.names ?? "*"}`, namespace: "part", pluginData: part };
      });
      onLoad({ filter: /./, namespace: "part" }, ({ pluginData }) => {
        const { file, names } = pluginData as Part;
        const before = started ? `import ${JSON.stringify(started)};` : "";
        const taken = names ? `{ ${names.join(", ")} }` : "*";
        return { contents: `${before} export ${taken} from ${JSON.stringify(file)};`, resolveDir: root };
      });
    },
  };
}

const lazyImport = /(?:const \{([\w\s,:]+)\} = await )?import\(["']([^"']+)["']\)/g;

/** Names that the importer takes from the module; undefined when it uses it otherwise. */
async function namesTaken({ importer, path }: OnResolveArgs): Promise<string[] | undefined> {
  const source = await readFile(importer, "utf8");
  const lists = [...source.matchAll(lazyImport)]
    .filter(([, , from]) => from === path)
    .map(([, list]) => list);
  if (lists.length === 0 || lists.includes(undefined)) return undefined;
  const names = lists
    .join()
    .split(",")
    .map((each) => each.split(":")[0]?.trim() ?? "");
  return [...new Set(names.filter((name) => name !== ""))].sort();
}
