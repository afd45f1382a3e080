import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { minify } from "rolldown/utils";

export const actionsFolder = join(import.meta.dirname, "..", "actions");

/**
 * Bundles `actions/<name>/src/index.ts` into `<folder>/index.js` by ncc, with what is imported only when needed in
 * files next to it, and the licenses of the packages in it. The same sources give the same bytes in any folder.
 * @param folders by the actions' names; they are bundled one after the other, which loads and warms up ncc once
 */
export async function bundleActions(folders: ReadonlyMap<string, string>): Promise<void> {
  const pairs = [...folders].flatMap(([name, folder]) => [name, resolve(folder)]);
  // ncc reads the tsconfig.json that lies between the folder it runs in and the entry.
  await promisify(execFile)(process.execPath, [import.meta.filename, ...pairs], {
    cwd: actionsFolder,
  }).catch(({ stderr, message }) => {
    // A stack trace of ncc quotes its own minified source, megabytes of it, before the message.
    const error = /^(?:Error|Module not found|\[tsl\]).*(?:\n.+){0,3}/m.exec(stderr)?.[0];
    throw new Error(`actions (${[...folders.keys()].join(", ")}) could not be bundled: ${error ?? message}`);
  });
}

/** `bundleActions` for one action. */
export const bundleAction = (name: string, folder: string) => bundleActions(new Map([[name, folder]]));

/** Module of webpack. One that was joined with others lists them. */
interface Module {
  readonly modules?: readonly Module[];
  nameForCondition(): string | null;
}

const filesOf = (modules: Iterable<Module>): string[] =>
  [...modules].flatMap((module) => [module.nameForCondition() ?? "", ...filesOf(module.modules ?? [])]);

async function bundle(name: string, folder: string): Promise<void> {
  const ncc = createRequire(import.meta.url)("@vercel/ncc");
  // No types are checked, and no cache is used.
  const options = { target: "es2024", transpileOnly: true, cache: false, quiet: true };
  const { code, assets, stats } = await ncc(resolve(name, "src/index.ts"), options);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "index.js"), code);
  for (const [file, { source, permissions }] of Object.entries<{ source: Buffer; permissions: number }>(
    assets,
  )) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), source, { mode: permissions });
  }
  await writeFile(join(folder, "licenses.txt"), await licensesOf(filesOf(stats.compilation.modules)));
  const parts = Object.keys(assets).filter((file) => file.endsWith(".index.js"));
  await Promise.all(parts.map((part) => shrink(join(folder, part))));
  await joinParts(folder, parts.sort());
  await shrink(join(folder, "index.js"));
}

/** Bytes from which a part that is loaded on demand stays a file: the shapes of a large AWS service. */
const largePart = 40_000;

/**
 * Joins the smaller parts that a bundle loads on demand: ncc writes dozens of a few kB, most of them the SDK's providers of
 * credentials. A part exports the numbers of the parts that it stands for, and its modules as functions.
 */
async function joinParts(folder: string, parts: readonly string[]): Promise<void> {
  const joined = { ids: new Set<number>(), modules: new Map<string, unknown>() };
  for (const path of parts.map((part) => join(folder, part))) {
    if ((await stat(path)).size >= largePart) continue;
    const part: { ids: number[]; modules: object } = await import(pathToFileURL(path).href);
    for (const id of part.ids) joined.ids.add(id);
    for (const [id, module] of Object.entries(part.modules)) joined.modules.set(id, module);
    await rm(path);
  }
  if (joined.ids.size === 0) return;
  const ids = `[${[...joined.ids]}]`;
  const modules = [...joined.modules].map(([id, module]) => `${id}:${module}`);
  await writeFile(join(folder, "on-demand.js"), `export const ids=${ids},modules={${modules}};\n`);
  const index = join(folder, "index.js");
  const nameOfPart = '"" + chunkId + ".index.js"';
  const [before, after, ...more] = (await readFile(index, "utf8")).split(nameOfPart);
  if (after === undefined || more.length > 0) throw new Error(`${index} has not exactly one ${nameOfPart}`);
  await writeFile(index, `${before}${ids}.includes(chunkId) ? "on-demand.js" : ${nameOfPart}${after}`);
}

/**
 * Minifies a file: ncc minifies only index.js. Also removes unused declarations of modules: 97 % of the client of EC2
 * are shapes of operations that no action calls. A direct `eval` would keep all of them, because it could use them.
 */
async function shrink(file: string): Promise<void> {
  const text = (await readFile(file, "utf8")).replaceAll(/\beval\((?=["'])/g, "(0, eval)(");
  const { code, errors } = await minify(file, text, {
    module: true,
    compress: { target: "es2024", unused: true },
  });
  if (errors[0]) throw new Error(`${file} cannot be minified: ${errors[0].message}`);
  await writeFile(file, code);
}

/**
 * Packages of which the bundle has a part, with their licenses and the texts of these; each text once. ncc's own
 * `--license` misses packages whose modules were joined with ours, such as `@actions/core`.
 */
export async function licensesOf(files: readonly string[]): Promise<string> {
  const packageOf = (path: string) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
  const folders = [...new Set(files.flatMap((file) => packageOf(file) ?? []))].sort();
  const packages = await Promise.all(folders.map(licenseOf));
  const byText = Map.groupBy(packages, ({ text }) => text);
  const sections = [...byText].map(
    ([text, users]) => `${[...new Set(users.map(({ name }) => name))].join("\n")}\n\n${text}`,
  );
  return `${sections.join("\n\n\n")}\n`;
}

async function licenseOf(folder: string): Promise<{ readonly name: string; readonly text: string }> {
  const { name, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)(\.|$)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return { name, text: [license, ...texts.map((text) => text.replaceAll("\r\n", "\n").trim())].join("\n\n") };
}

/**
 * ncc searches each file for assets that it names, in a time that grows with the square of a file's constants. The files
 * of AWS's clients have thousands of constants and name no assets: the search was half of the time of all bundles.
 */
function searchNoAssetsInClients(): void {
  const require = createRequire(import.meta.url);
  const path = require.resolve("@vercel/ncc/dist/ncc/loaders/relocate-loader.js");
  const search = require(path);
  interface Loader {
    readonly resourcePath: string;
    callback(error: null, text: string, sourceMap: unknown): void;
  }
  function searchUnlessClient(this: Loader, source: Buffer, sourceMap: unknown): unknown {
    if (!/node_modules[\\/]@(?:aws-sdk|smithy)[\\/]/.test(this.resourcePath))
      return search.call(this, source, sourceMap);
    return this.callback(null, source.toString(), sourceMap);
  }
  const module = require.cache[path];
  if (module) module.exports = Object.assign(searchUnlessClient, search);
}

if (import.meta.main) {
  searchNoAssetsInClients();
  const pairs = process.argv.slice(2);
  for (let next = 0; next < pairs.length; next += 2) await bundle(pairs[next] ?? "", pairs[next + 1] ?? "");
}
