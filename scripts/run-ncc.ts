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

const ncc: (entry: string, options: object) => Promise<Bundle> = createRequire(import.meta.url)(
  "@vercel/ncc",
);
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
