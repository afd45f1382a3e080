// Prints which services a push changes, and writes them as `services=["…"]` to $GITHUB_OUTPUT.
// Plain JavaScript without dependencies: it runs on a runner's own Node.js, before anything is installed.
//
//   BEFORE=<commit> AFTER=<commit> node scripts/changed-services.mjs
//
// A service is a folder of services/ with a task definition in infra-templates/ecs. It is changed by its own folder,
// by workspaces it depends on, by its task definition or AppSpec, and by the lock file. Without a commit to compare
// with (a new branch, a manual run, a rewritten history) all services are.
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";

const { BEFORE: before = "", AFTER: after = "HEAD", GITHUB_OUTPUT: outputFile } = process.env;

const workspaces = readWorkspaces();
const services = [...workspaces.values()]
  .map(({ folder }) => folder)
  .filter((folder) => existsSync(`infra-templates/ecs/taskdef-${folder}.json`))
  .sort();
const changedFiles = listChangedFiles();
const changed = changedFiles === undefined ? services : services.filter(isChanged);

console.log(
  changedFiles === undefined
    ? "no commit to compare with: all services"
    : `${changedFiles.length} files changed`,
);
console.log(`services to deploy: ${changed.join(", ") || "none"}`);
if (outputFile) appendFileSync(outputFile, `services=${JSON.stringify(changed)}\n`);

/** Folder and dependencies of each workspace of services/, by package name. */
function readWorkspaces() {
  const folders = readdirSync("services").filter((folder) => existsSync(`services/${folder}/package.json`));
  return new Map(
    folders.map((folder) => {
      const { name, dependencies = {} } = JSON.parse(readFileSync(`services/${folder}/package.json`, "utf8"));
      return [name, { folder, dependencies: Object.keys(dependencies) }];
    }),
  );
}

/** Paths that differ between the two commits; undefined when there is no earlier one here. */
function listChangedFiles() {
  if (!/^[0-9a-f]{40}$/.test(before) || /^0+$/.test(before)) return undefined;
  const git = (...args) =>
    execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  try {
    git("cat-file", "-e", `${before}^{commit}`);
  } catch {
    return undefined;
  }
  return git("diff", "--name-only", "-z", before, after).split("\0").filter(Boolean);
}

function isChanged(service) {
  const watched = [
    ...foldersOf(service).map((folder) => `services/${folder}/`),
    `infra-templates/ecs/taskdef-${service}.json`,
    `infra-templates/ecs/taskdef-migrate-${service}.json`,
    `infra-templates/ecs/appspec-${service}.yaml`,
    "package-lock.json",
  ];
  return changedFiles.some((file) =>
    watched.some((path) => (path.endsWith("/") ? file.startsWith(path) : file === path)),
  );
}

/** The service's own folder and those of the workspaces it depends on, directly or not. */
function foldersOf(service, found = new Set()) {
  if (found.has(service)) return [];
  found.add(service);
  const own = [...workspaces.values()].find(({ folder }) => folder === service);
  for (const name of own.dependencies) {
    const dependency = workspaces.get(name);
    if (dependency) foldersOf(dependency.folder, found);
  }
  return [...found];
}
