// Bundles actions by ncc, one after the other, which loads and warms up ncc once. To be run in the folder actions:
//   node ../scripts/run-ncc.ts NAME FOLDER [NAME FOLDER…]
// Next to each folder, FOLDER.json lists the files of the bundle's modules.
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

interface Bundle {
  readonly code: string;
  readonly assets: Readonly<
    Record<string, { readonly source: string | Buffer; readonly permissions: number }>
  >;
  readonly stats: { readonly compilation: { readonly modules: Iterable<Module> } };
}

/** Module of webpack. One that was joined with others lists them. */
interface Module {
  readonly modules?: readonly Module[];
  nameForCondition(): string | null;
}

/** Loader of webpack. */
interface LoaderContext {
  readonly resourcePath: string;
  callback(error: null, text: string, sourceMap: unknown): void;
}

const require = createRequire(import.meta.url);
searchNoAssetsInClients();
const ncc: (entry: string, options: object) => Promise<Bundle> = require("@vercel/ncc");
// No types are checked, and no cache is used.
const options = { target: "es2024", transpileOnly: true, cache: false, quiet: true };

const filesOf = (modules: Iterable<Module>): string[] =>
  [...modules].flatMap((module) => [module.nameForCondition() ?? "", ...filesOf(module.modules ?? [])]);

const pairs = process.argv.slice(2);
for (let next = 0; next < pairs.length; next += 2) {
  const [name = "", folder = ""] = pairs.slice(next);
  const { code, assets, stats } = await ncc(resolve(name, "src/index.ts"), options);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "index.js"), code);
  for (const [file, { source, permissions }] of Object.entries(assets)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), source, { mode: permissions });
  }
  await writeFile(`${folder}.json`, JSON.stringify(filesOf(stats.compilation.modules)));
}

/**
 * ncc searches each file for assets that it names, in a time that grows with the square of a file's constants. The files
 * of AWS's clients have thousands of constants and name no assets: the search was half of the time of all bundles.
 */
function searchNoAssetsInClients(): void {
  const path = require.resolve("@vercel/ncc/dist/ncc/loaders/relocate-loader.js");
  const search = require(path);
  function searchUnlessClient(this: LoaderContext, source: Buffer, sourceMap: unknown): unknown {
    if (!/node_modules[\\/]@(?:aws-sdk|smithy)[\\/]/.test(this.resourcePath))
      return search.call(this, source, sourceMap);
    return this.callback(null, source.toString(), sourceMap);
  }
  const module = require.cache[path];
  if (module) module.exports = Object.assign(searchUnlessClient, search);
}
