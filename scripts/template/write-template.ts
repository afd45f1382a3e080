import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { requireEmpty } from "@ecs-delivery/program/output-folder";

/** Workflows that a student starts, or a push does. The reusable ones stay in the project. */
const workflows = [
  ...["check-lab", "deploy", "estimate-cost", "mirror-to-codecommit", "plan", "provision", "rollback"],
  ...["scale-test", "teardown"],
].map((name) => `.github/workflows/${name}.yml`);

/** Folders and files that are copied; most tests need packages of the whole project. */
const copied = [
  ...workflows,
  ...["services", "infra-templates", "docs/lab", "actions/estimate-cost/usage"],
  ...["LICENSE", ".dockerignore", ".gitattributes", ".gitignore", ":(exclude)docs/lab/teachers*"],
];
/** Packages that the services' checks before a deployment need. */
const forChecks = ["parts.support.ts", "suppliers-in-memory.support.ts"];
const isTest = (path: string) => /\.(test|support)\.ts$/.test(path) && !forChecks.includes(basename(path));

/** Files of the branch `start`: the guide and the check. Its program is the course's. */
const copiedToStart = [
  ...["check-lab", "estimate-cost"].map((name) => `.github/workflows/${name}.yml`),
  ...["docs/lab", "actions/estimate-cost/usage", "LICENSE", ".gitattributes", ".gitignore"],
  ":(exclude)docs/lab/teachers*",
];
const monolith = "lab/src/course/start/monolith";

/**
 * Writes the repository that a student begins with; returns the number of files.
 * @param folder new or empty
 * @param uses `owner/name@ref` of the project, for the workflows
 */
export async function writeTemplate(project: string, folder: string, uses: string): Promise<number> {
  await requireEmpty(folder);
  const copies = await copyFiles(project, folder, { uses, pathspecs: copied });
  const own = await packages(project, folder);
  for (const [path, text] of Object.entries(own)) await write(join(folder, path), text);
  return copies + Object.keys(own).length + (await writeReadme("README.student.md", folder, uses));
}

/**
 * Writes a Git repository whose branch `start` has the monolith and the guide; returns its number of files.
 * @param hasMain whether the branch `main` has the finished split
 */
export async function writeStart(
  project: string,
  folder: string,
  { uses, hasMain }: { uses: string; hasMain: boolean },
): Promise<number> {
  await requireEmpty(folder);
  if (hasMain) await writeTemplate(project, folder, uses);
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder });
  const commit = (message: string) => {
    git("add", "--all");
    git("-c", "user.name=The course", "-c", "user.email=course@example.com", "commit", "-qm", message);
  };
  git("init", "--quiet", "--initial-branch", hasMain ? "main" : "start");
  if (hasMain) {
    commit("Both services");
    git("switch", "--quiet", "--orphan", "start");
  }
  const copies = await copyFiles(project, folder, { uses, pathspecs: copiedToStart });
  await cp(join(project, monolith), join(folder, "monolith"), {
    recursive: true,
    filter: (path) => basename(path) !== "node_modules",
  });
  await writeReadme("README.start.md", folder, uses);
  commit("The monolith");
  return copies + `${git("ls-files", "monolith", "README.md")}`.trim().split("\n").length;
}

/** Returns the number of files. */
async function copyFiles(
  project: string,
  folder: string,
  { uses, pathspecs }: { uses: string; pathspecs: readonly string[] },
): Promise<number> {
  const [repository = "", ref = ""] = uses.split("@");
  const listing = execFileSync("git", ["ls-files", "-z", "--", ...pathspecs], {
    cwd: project,
    encoding: "utf8",
  });
  const paths = listing.split("\0").filter((path) => path !== "" && !isTest(path));
  const toProject = linksTo(`https://github.com/${repository}/blob/${ref}`, new Set(paths));
  for (const path of paths) {
    const source = join(project, path);
    const text = await readFile(source, "utf8");
    const edited = path.endsWith(".yml")
      ? text.replace(/uses: \$\/(\S+)/g, `uses: ${repository}/$1@${ref}`)
      : path.endsWith(".md")
        ? toProject(path, withoutTeachers(text))
        : text;
    await write(join(folder, path), edited);
    if ((await stat(source)).mode & 0o100) await chmod(join(folder, path), 0o755);
  }
  return paths.length;
}

async function writeReadme(name: string, folder: string, uses: string): Promise<number> {
  const readme = await readFile(join(import.meta.dirname, name), "utf8");
  const [repository = ""] = uses.split("@");
  await write(join(folder, "README.md"), readme.replaceAll("OWNER/ecs-delivery", repository));
  return 1;
}

/** Removes the lines that lead to the teachers' pages. */
function withoutTeachers(page: string): string {
  return page
    .split("\n")
    .filter((line) => !/\bteachers[\w-]*\.[a-z]{2}\.md/.test(line))
    .join("\n");
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** The list of packages of the services, and its lock file with the project's versions. */
async function packages(project: string, folder: string): Promise<Record<string, string>> {
  const manifest = {
    name: basename(folder)
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, "-"),
    private: true,
    type: "module",
    engines: { node: ">=24" },
    workspaces: ["services/*"],
  };
  const lock = JSON.parse(await readFile(join(project, "package-lock.json"), "utf8")) as PackageLock;
  const shown = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  return { "package.json": shown(manifest), "package-lock.json": shown(lockOf(lock, manifest)) };
}

/**
 * Returns an editor of Markdown pages: relative links to files that are not copied lead to the project's own pages.
 * @param base URL of the project's files
 * @param copied paths of the copied files
 */
function linksTo(base: string, copied: ReadonlySet<string>): (page: string, text: string) => string {
  const isCopied = (path: string) =>
    copied.has(path) || [...copied].some((each) => each.startsWith(`${path}/`));
  return (page, text) =>
    text.replace(/\]\(([^)#:\s]+)(#[^)\s]*)?\)/g, (whole, target: string, anchor = "") => {
      const path = posix.join(posix.dirname(page), target).replace(/\/$/, "");
      return isCopied(path) ? whole : `](${base}/${path}${anchor})`;
    });
}

/** Entry of `packages` in a package-lock.json; the key is its folder (docs.npmjs.com, package-lock.json). */
interface LockedPackage {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

interface PackageLock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** Returns a lock file for the workspaces `services/*` alone, with the versions of the whole project. */
function lockOf({ packages, ...lock }: PackageLock, manifest: { name: string; workspaces: string[] }) {
  const kept = new Set<string>();
  const keep = (key: string) => {
    if (kept.has(key)) return;
    kept.add(key);
    const { link, resolved = "", ...each } = packages[key] as LockedPackage;
    if (link) return keep(resolved);
    const dev = key.startsWith("services/") ? each.devDependencies : {};
    const names = { ...each.dependencies, ...dev, ...each.optionalDependencies, ...each.peerDependencies };
    for (const name of Object.keys(names)) {
      // Node's way: the nearest `node_modules` above. Optional packages may be missing.
      const folders = key
        .split("/")
        .map((_, end, parts) => `${parts.slice(0, parts.length - end).join("/")}/`);
      const found = [...folders, ""]
        .map((folder) => `${folder}node_modules/${name}`)
        .find((path) => packages[path]);
      if (found) keep(found);
    }
  };
  for (const [key, { link, resolved }] of Object.entries(packages))
    if (link && resolved?.startsWith("services/")) keep(key);
  const root = { name: manifest.name, workspaces: manifest.workspaces };
  const entries = Object.entries(packages).filter(([key]) => kept.has(key));
  return {
    ...lock,
    name: manifest.name,
    version: undefined,
    packages: { "": root, ...Object.fromEntries(entries) },
  };
}
