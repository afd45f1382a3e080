// node scripts/pack-cli.ts FOLDER   makes the npm package `ecs-delivery`: the command line with the actions' bundles, and
// the lab's simulator, runner and live page

import { execFile } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { cp, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Refusal, refused } from "@ecs-delivery/program/command-line";
import { renewOutput } from "@ecs-delivery/program/output-folder";
import { build } from "rolldown";
import { licensesOf } from "./bundle-action.ts";
import { isForUsers, repositoryLayout } from "./pack/repository-layout.ts";
import { sdkFiles, writeSdkFiles } from "./pack/sdk-files.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const copies = {
  "cli/bin.cjs": "bin.cjs",
  "cli/README.md": "README.md",
  LICENSE: "LICENSE",
  // `permissions` reads these where a workflow uses them.
  "action.yml": "action.yml",
  ".github/workflows": ".github",
};
/** Bundles, actions, and files that modules find next to their sources. */
const folders = ["lib", "actions", "cli", "docs", "lab", "live", "program", "scripts", "simulator"];
const output = {
  madeBy: "scripts/pack-cli.ts",
  names: ["package.json", ...folders, ...Object.values(copies)],
  never: [root, homedir()],
};

/** Makes the package's folder, for `npm pack` or `npm publish`. The files of an earlier run are removed. */
async function packCli(folder: string): Promise<void> {
  await renewOutput(folder, output);
  // First, so that the next run recognises the folder of one that failed.
  await writeFile(join(folder, "package.json"), `${JSON.stringify(await manifest(), null, 2)}\n`);
  await bundleCommandLine(folder);
  const withoutBundle = await copyActions(folder);
  for (const [from, to] of Object.entries(copies))
    await cp(join(root, from), join(folder, to, from.startsWith(".") ? "workflows" : ""), {
      recursive: true,
    });
  await printPackage(folder, withoutBundle);
}

/** Code that few commands need is in files of its own; so is the code of the programs that they start. */
async function bundleCommandLine(folder: string): Promise<void> {
  const lib = join(folder, "lib");
  const layout = repositoryLayout(root);
  const { output } = await build({
    cwd: root,
    input: join(root, "cli/src/main.ts"),
    platform: "node",
    resolve: { mainFields: ["module", "main"] },
    transform: { target: "node20" },
    plugins: [layout.plugin, sdkFiles],
    // A part of hdr-histogram-js that nothing here calls.
    checks: { eval: false },
    output: { dir: lib, comments: false, minify: true },
    onLog(level, log, report) {
      if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
      report(level, log);
    },
  });
  const chunks = output.filter((file) => file.type === "chunk");
  await layout.write(folder, chunks);
  const files = [...chunks.flatMap(({ moduleIds }) => moduleIds), ...(await writeSdkFiles(folder))];
  const licenses = await licensesOf(files);
  if (/\bAGPL|\bAFFERO\b/i.test(licenses)) throw new Error("a package under the AGPL would be in the bundle");
  await writeFile(join(lib, "licenses.txt"), licenses);
}

/** Copies what each action needs to run: its bundle and its data, without its sources. Returns those without a bundle. */
async function copyActions(folder: string): Promise<string[]> {
  const withoutBundle: string[] = [];
  for (const file of globSync("{actions,scripts}/*/action.yml", { cwd: root }).sort()) {
    const path = dirname(file);
    const isBundled = existsSync(join(root, path, "dist/index.js"));
    if (!isBundled && existsSync(join(root, path, "src/index.ts"))) {
      withoutBundle.push(path);
      continue;
    }
    await cp(join(root, path), join(folder, path), {
      recursive: true,
      filter: (from) => isForUsers(from) && !/^\/(src|README\.md)$/.test(from.slice(join(root, path).length)),
    });
  }
  return withoutBundle;
}

/** Prints the files of each part and the sizes, and what users would miss. */
async function printPackage(folder: string, withoutBundle: readonly string[]): Promise<void> {
  const { stdout } = await promisify(execFile)("npm", ["pack", "--dry-run", "--json"], { cwd: folder });
  const [{ files, size, unpackedSize }] = JSON.parse(stdout) as [PackedPackage];
  const row = (name: string, count: number, bytes: number, note = "") =>
    console.log(`${name.padEnd(16)}${`${count}`.padStart(5)} files ${megabytes(bytes).padStart(9)}${note}`);
  for (const [part, own] of Map.groupBy(files, ({ path }) => path.split("/", 1)[0] as string))
    row(
      part,
      own.length,
      own.reduce((sum, each) => sum + each.size, 0),
    );
  row("unpacked", files.length, unpackedSize, `, packed ${megabytes(size)}`);
  for (const path of withoutBundle)
    console.log(`left out: ${path}, which has no bundle. Fix: npm run build -- ${basename(path)}`);
  console.log("left out: sources, tests, services and templates of this repository");
}

interface PackedPackage {
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly size: number;
  readonly unpackedSize: number;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;

/** Provenance needs the repository that the workflow runs in. */
async function manifest() {
  const { version, license, engines } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const repository = process.env.GITHUB_REPOSITORY || "OWNER/ecs-delivery";
  return {
    name: process.env.NPM_PACKAGE || "ecs-delivery",
    version,
    description:
      "Deliver services to Amazon ECS, see why a deployment fails, and rehearse the workflows of a repository",
    license,
    keywords: ["amazon-ecs", "aws", "blue-green", "codedeploy", "deployment", "fargate", "github-actions"],
    repository: { type: "git", url: `git+https://github.com/${repository}.git`, directory: "cli" },
    type: "module",
    engines,
    bin: { "ecs-delivery": "bin.cjs" },
    // Other files in the folder are not published.
    files: output.names,
    madeBy: output.madeBy,
  };
}

const [folder = "", ...others] = process.argv.slice(2);
try {
  if (!folder || folder.startsWith("-") || others.length > 0)
    throw new Refusal("one folder is needed. Fix: npm run pack:cli -- FOLDER, which is new or empty");
  await packCli(resolve(folder));
} catch (error) {
  console.error(`pack-cli: ${(error as Error).message}`);
  process.exitCode = error instanceof Refusal ? refused : 1;
}
