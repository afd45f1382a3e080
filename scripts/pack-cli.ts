// node scripts/pack-cli.ts FOLDER   makes the npm package `ecs-delivery`: the command line with the actions' bundles

import { existsSync, globSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { licensesOf } from "./bundle-action.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Makes the package's folder, for `npm pack` or `npm publish`. What was in the folder is removed. */
async function packCli(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await bundleCommandLine(join(folder, "lib"));
  await copyActions(join(folder, "actions"));
  // Modules and styles of the live page, which its server finds next to lib.
  await cp(join(root, "live/browser"), join(folder, "browser"), { recursive: true });
  const copies = { "cli/bin.cjs": "bin.cjs", "cli/README.md": "README.md", LICENSE: "LICENSE" };
  for (const [from, to] of Object.entries(copies)) await cp(join(root, from), join(folder, to));
  await writeFile(join(folder, "package.json"), `${JSON.stringify(await manifest(), null, 2)}\n`);
}

/** Code that few commands need is in files of its own. */
async function bundleCommandLine(folder: string): Promise<void> {
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: [join(root, "cli/src/main.ts")],
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
    plugins: [sharedWithBrowsers],
    // Packages in CommonJS call require.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  await writeFile(
    join(folder, "licenses.txt"),
    await licensesOf(Object.keys(metafile.inputs).map((file) => join(root, file))),
  );
  await cp(join(root, "cli/src/actions/older-node.mjs"), join(folder, "older-node.mjs"));
}

/** The live page's server and browsers load the same modules: a second copy in the bundle would be another one. */
const sharedWithBrowsers: Plugin = {
  name: "shared-with-browsers",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^(\.\.\/)+browser\/[\w-]+\.mjs$/ }, ({ path }) => ({
      path: `../browser/${basename(path)}`,
      external: true,
    })),
};

/** Copies what an action needs to run: its bundle and its data, without its sources. */
async function copyActions(folder: string): Promise<void> {
  for (const file of globSync("actions/*/action.yml", { cwd: root }).sort()) {
    const name = basename(dirname(file));
    const isBundled = existsSync(join(root, "actions", name, "dist/index.js"));
    if (!isBundled && existsSync(join(root, "actions", name, "src/index.ts"))) {
      console.error(`actions/${name} is left out, because it has no bundle. Fix: npm run build -- ${name}`);
      continue;
    }
    await cp(join(root, "actions", name), join(folder, name), {
      recursive: true,
      filter: (path) => !/^(src|README\.md)$/.test(path.split(`actions/${name}/`)[1] ?? ""),
    });
  }
}

/** Provenance needs the repository that the workflow runs in. */
async function manifest() {
  const { version, license, engines } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const repository = process.env.GITHUB_REPOSITORY || "OWNER/ecs-delivery";
  return {
    name: process.env.NPM_PACKAGE || "ecs-delivery",
    version,
    description: "Deliver services to Amazon ECS from the command line, and see why a deployment fails",
    license,
    keywords: ["amazon-ecs", "aws", "blue-green", "codedeploy", "deployment", "fargate", "github-actions"],
    repository: { type: "git", url: `git+https://github.com/${repository}.git`, directory: "cli" },
    type: "module",
    engines,
    bin: { "ecs-delivery": "bin.cjs" },
  };
}

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node scripts/pack-cli.ts FOLDER");
  process.exitCode = 2;
} else await packCli(resolve(folder));
