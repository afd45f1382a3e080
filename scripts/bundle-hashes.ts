import { createHash } from "node:crypto";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

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

const packageOf = (path: string) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];

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
    "scripts/run/*.mjs",
    "scripts/{bundle-action,run-ncc}.ts",
    "tsconfig.json",
  ];
  return list(root, patterns, ["**/{node_modules,dist,support}", "**/*.{test,support}.ts", record]);
}

const list = (cwd: string, patterns: string[], exclude: string[] = []): string[] =>
  globSync(patterns, { cwd, exclude }).sort();

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

type Lock = Readonly<Record<string, LockedPackage>>;

const readLock = (root: string): Lock =>
  JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;

/** Packages that make the bundles. */
const bundlers = ["@vercel/ncc", "rolldown", "typescript"].map((name) => `node_modules/${name}`);

const listVersions = (lock: Lock): string[] =>
  [...new Set([...listPackages(lock), ...bundlers])]
    .sort()
    .map((path) => `${path} ${lock[path]?.version} ${lock[path]?.integrity}`);

/** Folders of all packages that the actions need; others, such as a service's, do not change the bundles. */
function listPackages(lock: Lock): string[] {
  const found = new Set<string>();
  const addNeeds = (user: string): void => {
    const { dependencies, optionalDependencies, peerDependencies } = lock[user] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const paths = foldersAbove(user).map((folder) => join(folder, "node_modules", name));
      const path = paths.find((each) => each in lock);
      // Optional packages may be missing.
      if (path === undefined || found.has(path)) continue;
      found.add(path);
      addNeeds(path);
    }
  };
  addNeeds("actions");
  return [...found];
}

/** The folders in whose node_modules Node searches for a package, the nearest first. */
function foldersAbove(user: string): string[] {
  const end = user.lastIndexOf("/node_modules/");
  return [user, ...(end === -1 ? [""] : foldersAbove(user.slice(0, end)))];
}

/** SHA-256 of texts, each after its length. */
function hash(texts: readonly string[]): string {
  const whole = createHash("sha256");
  for (const text of texts) whole.update(`${text.length}\n${text}`);
  return whole.digest("hex");
}
