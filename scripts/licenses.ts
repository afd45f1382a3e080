import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/** Name, license and its text of every package of which the bundle holds a part, in the order of their names. */
export async function licensesOf({ outputs }: Metafile, root: string): Promise<string> {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = [...new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined))].sort();
  const texts = await Promise.all(folders.map((folder) => licenseOf(join(root, folder))));
  return `${[...new Set(texts)].join("\n\n")}\n`;
}

const packageFolder = (input: string) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];

async function licenseOf(folder: string): Promise<string> {
  const { name, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)(\.|$)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return [name, license, ...texts.map((text) => text.replaceAll("\r\n", "\n").trim())].join("\n");
}
