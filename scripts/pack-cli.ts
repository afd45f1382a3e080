// node scripts/pack-cli.ts FOLDER   makes the npm package `ecs-delivery`: the command line with the actions' bundles

import { existsSync, globSync } from "node:fs";
import { cp, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Refusal, refused } from "@ecs-delivery/program/command-line";
import { renewOutput } from "@ecs-delivery/program/output-folder";
import { build } from "rolldown";
import { licensesOf } from "./bundle-action.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const copies = {
  "cli/bin.cjs": "bin.cjs",
  "cli/README.md": "README.md",
  LICENSE: "LICENSE",
  // `permissions` reads these where a workflow uses them.
  "action.yml": "action.yml",
  ".github/workflows": ".github",
};
const output = {
  madeBy: "scripts/pack-cli.ts",
  names: ["package.json", "lib", "actions", "browser", ...Object.values(copies)],
  never: [root, homedir()],
};

/** Makes the package's folder, for `npm pack` or `npm publish`. The files of an earlier run are removed. */
async function packCli(folder: string): Promise<void> {
  await renewOutput(folder, output);
  // First, so that the next run recognises the folder of one that failed.
  await writeFile(join(folder, "package.json"), `${JSON.stringify(await manifest(), null, 2)}\n`);
  await bundleCommandLine(join(folder, "lib"));
  await copyActions(join(folder, "actions"));
  // Modules and styles of the live page, which its server finds next to lib.
  await cp(join(root, "live/browser"), join(folder, "browser"), { recursive: true });
  for (const [from, to] of Object.entries(copies))
    await cp(join(root, from), join(folder, to, from.startsWith(".") ? "workflows" : ""), {
      recursive: true,
    });
}

/** Code that few commands need is in files of its own. */
async function bundleCommandLine(folder: string): Promise<void> {
  const { output } = await build({
    cwd: root,
    input: join(root, "cli/src/main.ts"),
    platform: "node",
    transform: { target: "node20" },
    plugins: [sharedWithBrowsers],
    output: { dir: folder, comments: false, minify: true },
  });
  const files = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
  await writeFile(join(folder, "licenses.txt"), await licensesOf(files));
  await cp(join(root, "cli/src/actions/older-node.mjs"), join(folder, "older-node.mjs"));
}

/** The live page's server and browsers load the same modules: a second copy in the bundle would be another one. */
const sharedWithBrowsers = {
  name: "shared-with-browsers",
  resolveId: {
    filter: { id: /^(?:\.\.\/)+browser\/[\w-]+\.mjs$/ },
    handler: (id: string) => ({ id: `../browser/${basename(id)}`, external: true }),
  },
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
