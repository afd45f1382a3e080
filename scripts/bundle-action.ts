import { execFile } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { minify } from "rolldown/utils";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const actionsFolder = join(root, "actions");

/** `bundleActions` for one action. */
export const bundleAction = (name: string, folder: string) => bundleActions(new Map([[name, folder]]));

/**
 * Bundles `actions/<name>/src/index.ts` into `<folder>/index.js` by ncc, with what is imported only when needed in
 * files next to it, and the licenses of the packages in it. The same sources give the same bytes in any folder.
 * @param folders by the actions' names
 */
export async function bundleActions(folders: ReadonlyMap<string, string>): Promise<void> {
  const pairs = [...folders].flatMap(([name, folder]) => [name, resolve(folder)]);
  // ncc reads the tsconfig.json that lies between the folder it runs in and the entry.
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, "run-ncc.ts"), ...pairs], {
    cwd: actionsFolder,
  }).catch(({ stderr, message }) => {
    const names = [...folders.keys()].join(", ");
    throw new Error(`actions (${names}) could not be bundled: ${firstError(stderr) ?? message}`);
  });
  await Promise.all([...folders.values()].map(finish));
}

async function finish(folder: string): Promise<void> {
  const modules = `${resolve(folder)}.json`;
  const files: string[] = JSON.parse(await readFile(modules, "utf8"));
  await rm(modules);
  await writeFile(join(folder, "licenses.txt"), await licensesOf(files));
  const scripts = (await readdir(folder)).filter((file) => file.endsWith(".js"));
  await Promise.all(scripts.map((script) => shrink(join(folder, script))));
}

/** A stack trace of ncc quotes its own minified source, megabytes of it, before the message. */
const firstError = (output: string) =>
  /^(?:Error|Module not found|\[tsl\]).*(?:\n.+){0,3}/m.exec(output)?.[0];

/**
 * Minifies a file: ncc minifies only index.js. Also removes unused declarations of modules: 97 % of the client of EC2
 * are shapes of operations that no action calls.
 */
async function shrink(file: string): Promise<void> {
  const { code, errors } = await minify(file, await readFile(file, "utf8"), {
    module: true,
    compress: { target: "es2024", unused: true },
  });
  if (errors[0]) throw new Error(`${file} cannot be minified: ${errors[0].message}`);
  await writeFile(file, code);
}

/**
 * Name, license and its text of every package of which the bundle has a part, in the order of their names. ncc's own
 * `--license` misses packages whose modules were joined with ours, such as `@actions/core`.
 */
export async function licensesOf(files: readonly string[]): Promise<string> {
  const folders = [...new Set(files.flatMap(packageFolder))].sort();
  const texts = await Promise.all(folders.map(licenseOf));
  return `${[...new Set(texts)].join("\n\n")}\n`;
}

const packageFolder = (file: string) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [];

async function licenseOf(folder: string): Promise<string> {
  const { name, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)(\.|$)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return [name, license, ...texts.map((text) => text.replaceAll("\r\n", "\n").trim())].join("\n");
}
