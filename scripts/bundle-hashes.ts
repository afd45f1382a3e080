import { createHash } from "node:crypto";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type LockedPackages, neededPackages } from "./package-lock.ts";

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const record = "actions/bundles.json";

interface Hashes {
  /** Hash of the code that bundles are made of and with, and of the packages' versions. */
  readonly sources: string;
  /** Hash of the files of all bundles. */
  readonly bundles: string;
}

/** Notes in the repository what the bundles were built from. To be called when all are built. */
export function noteHashes(root = project): void {
  writeFileSync(join(root, record), `${JSON.stringify(readHashes(root), null, 2)}\n`);
}

/** Compares with the noted hashes, which takes a second where a build takes a minute. Returns what is wrong. */
export function checkHashes(root = project): string | undefined {
  const noted: Hashes = JSON.parse(readFileSync(join(root, record), "utf8"));
  const now = readHashes(root);
  if (noted.sources !== now.sources) return "dist is older than the sources, or than the packages in it";
  if (noted.bundles !== now.bundles) return "dist was changed after its build";
  return undefined;
}

/** Throws an error if a bundle has a module, of ours or of a package, that the hashes leave out. */
export function expectHashed(modules: readonly string[]): void {
  const hashed = new Set([...listSources(project), ...listPackages(readLock(project)), ...bundlers]);
  const paths = modules.filter((path) => path.startsWith(project)).map((path) => relative(project, path));
  const used = new Set(paths.map((path) => packageOf(path) ?? path));
  const missing = [...used].filter((path) => !hashed.has(path));
  if (missing.length === 0) return;
  throw new Error(
    `the hashes leave out ${missing.join(", ")}. Fix: add a package to actions/package.json, a file to scripts/bundle-hashes.ts`,
  );
}

/** Returns the folder of the package that has this file. */
export const packageOf = (path: string) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];

function readHashes(root: string): Hashes {
  const texts = (paths: readonly string[]) =>
    paths.map((path) => `${path}\n${readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n")}`);
  return {
    sources: hash([...texts(listSources(root)), ...listVersions(readLock(root))]),
    bundles: hash(texts(list(root, ["actions/*/dist/*"]))),
  };
}

function listSources(root: string): string[] {
  const patterns = [
    "actions/**/*.{ts,mjs,json}",
    "program/src/*.mjs",
    "scripts/{bundle-action,run-ncc}.ts",
    "tsconfig.json",
  ];
  return list(root, patterns, ["**/{node_modules,dist,support}", "**/*.{test,support}.ts", record]);
}

const list = (cwd: string, patterns: string[], exclude: string[] = []): string[] =>
  globSync(patterns, { cwd, exclude }).sort();

const readLock = (root: string): LockedPackages =>
  JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;

/** Packages that make the bundles. */
const bundlers = ["@vercel/ncc", "rolldown", "typescript"].map((name) => `node_modules/${name}`);

const listVersions = (lock: LockedPackages): string[] =>
  [...new Set([...listPackages(lock), ...bundlers])]
    .sort()
    .map((path) => `${path} ${lock[path]?.version} ${lock[path]?.integrity}`);

/** Folders of all packages that the actions need; others, such as a service's, do not change the bundles. */
const listPackages = (lock: LockedPackages) => neededPackages(lock, ["actions"]);

/** SHA-256 of texts, each after its length. */
function hash(texts: readonly string[]): string {
  const whole = createHash("sha256");
  for (const text of texts) whole.update(`${text.length}\n${text}`);
  return whole.digest("hex");
}
