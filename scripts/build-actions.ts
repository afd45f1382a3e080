import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { actionsFolder, bundleActions } from "./bundle-action.ts";

const fix = 'Fix: run "npm run build" and commit actions.';

/**
 * Bundles `actions/<name>/src/index.ts` into `actions/<name>/dist`; without names, all actions. With `--verify` it then
 * fails where the bundles are not those of the last commit, byte for byte. `--check` builds nothing: it compares the
 * hash of the sources with that of the last build.
 */
async function main(root: string): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { check: { type: "boolean" }, verify: { type: "boolean" } },
    allowPositionals: true,
  });
  if (values.check && !isBuilt(root))
    throw new Error(`dist is older than the sources, or than the packages in it. ${fix}`);
  if (values.check) return;
  await build(chooseActions(positionals));
  if (positionals.length === 0) noteBuild(root);
  if (!values.verify) return;
  const differing = execFileSync("git", ["status", "--porcelain", "--", "actions/*/dist"], { cwd: root });
  if (differing.length > 0) throw new Error(`dist is not what src builds:\n${differing}${fix}`);
}

function chooseActions(names: string[]): string[] {
  const known = globSync("*/src/index.ts", { cwd: actionsFolder })
    .map((file) => dirname(dirname(file)))
    .sort();
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`No action ${unknown.join(", ")}; there are: ${known.join(", ")}.`);
  return names.length > 0 ? names : known;
}

async function build(names: readonly string[]): Promise<void> {
  const cores = availableParallelism();
  // Each bundle keeps one core busy for seconds. The two largest, check-lab and provision-stack, are in different halves.
  const parts = Array.from({ length: cores }, (_, part) =>
    names.filter((_, index) => Math.floor((index * cores) / names.length) === part),
  );
  const folder = await mkdtemp(join(tmpdir(), "build-actions-"));
  try {
    await Promise.all(
      parts.map((part) => bundleActions(new Map(part.map((name) => [name, join(folder, name)])))),
    );
    for (const name of names) {
      const dist = join(actionsFolder, name, "dist");
      await rm(dist, { recursive: true, force: true });
      await cp(join(folder, name), dist, { recursive: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const record = "actions/bundles.json";

/** Notes in the repository what the bundles were built from. To be called when all are built. */
export function noteBuild(root: string): void {
  writeFileSync(join(root, record), `${JSON.stringify({ sources: hashSources(root) }, null, 2)}\n`);
}

/** Returns whether the sources are those of the last build; comparing takes a second where a build takes a minute. */
export function isBuilt(root: string): boolean {
  return JSON.parse(readFileSync(join(root, record), "utf8")).sources === hashSources(root);
}

/** SHA-256 of the code that the bundles are made of and with, and of the versions of packages. */
function hashSources(root: string): string {
  const code = [
    "actions/**/*.{ts,mjs,json}",
    "program/src/*.mjs",
    "scripts/bundle-action.ts",
    "tsconfig.json",
  ];
  const exclude = ["**/{node_modules,dist,support}", "**/*.{test,support}.ts", record];
  const hash = createHash("sha256");
  for (const path of globSync(code, { cwd: root, exclude }).sort()) {
    const text = readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n");
    hash.update(`${path} ${text.length}\n${text}`);
  }
  const bundlers = ["@vercel/ncc", "rolldown", "typescript"].map((name) => `node_modules/${name}`);
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  for (const [path, { version, integrity, dev }] of Object.entries<Record<string, unknown>>(packages))
    if (!dev || bundlers.includes(path)) hash.update(`${path} ${version} ${integrity}\n`);
  return hash.digest("hex");
}

if (import.meta.main)
  await main(dirname(actionsFolder)).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
