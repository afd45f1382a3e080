// Finds the services to deploy, and writes them as `services=["…"]` to $GITHUB_OUTPUT. Without dependencies: it runs on
// a runner's own Node.js, before anything is installed.
//
// A service is a folder of services/ with a task definition in infra-templates/ecs. It is changed by its own folder,
// by workspaces it depends on, by its task definition or AppSpec, and by the lock file. Each is compared with the commit
// that was deployed last, else with the commit before the push; without either (a new branch, a rewritten history) it
// is deployed.
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { readDeployedCommits } from "./deployed-commits.mjs";

const {
  SERVICES: which,
  BEFORE: before,
  AFTER: after,
  CLUSTER: cluster,
  GITHUB_OUTPUT: outputFile,
} = process.env;
const isRerun = Number(process.env.GITHUB_RUN_ATTEMPT ?? 1) > 1;

const workspaces = readWorkspaces();
const services = [...workspaces.values()]
  .map(({ folder }) => folder)
  .filter((folder) => existsSync(`infra-templates/ecs/taskdef-${folder}.json`))
  .sort();
const changes = new Map();

if (["all", "pushed", "undeployed"].includes(which)) {
  const changed = await findChanged();
  console.log(`services to deploy: ${changed.join(", ") || "none"}`);
  if (outputFile) appendFileSync(outputFile, `services=${JSON.stringify(changed)}\n`);
} else {
  console.log(
    `::error title=Which services::DEPLOY_SERVICES is "${which}"; allowed: undeployed (the default), pushed, all. Next step: correct the variable in Settings > Secrets and variables > Actions.`,
  );
  process.exitCode = 1;
}

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

async function findChanged() {
  if (which === "all") return services;
  const deployed = which === "undeployed" ? await readCommits() : new Map();
  return services.filter((service) => {
    const commit = deployed.get(service);
    const isKnown = commit && filesSince(commit) !== undefined;
    // A person who starts a run again wants what it deployed, also after a rollback on request.
    const bases = isKnown ? [commit, ...(isRerun ? [before] : [])] : [before];
    const changed = bases.some((base) => isChanged(service, filesSince(base)));
    const base = isKnown ? `deployed at ${commit.slice(0, 7)}` : "compared with the commit before the push";
    console.log(`${service}: ${base}, ${changed ? "changed" : "unchanged"}`);
    return changed;
  });
}

/** The commits that were deployed last, by service; none if AWS does not return them. */
async function readCommits() {
  const ecsName = (service) => `${service}-microservice`;
  try {
    const commits = await readDeployedCommits(services.map(ecsName), { cluster, env: process.env });
    return new Map(services.map((service) => [service, commits.get(ecsName(service))]));
  } catch (error) {
    const why = error.message.replace(/\s+/g, " ").replace(/\.$/, "");
    console.log(
      `::notice title=Compared with the commit before the push::Which commit is deployed cannot be read: ${why}.`,
    );
    return new Map();
  }
}

/** Paths that differ from the commit; undefined when the history here does not have it. */
function filesSince(commit) {
  if (!changes.has(commit)) changes.set(commit, listChangedFiles(commit));
  return changes.get(commit);
}

function listChangedFiles(commit) {
  if (!/^[0-9a-f]{40}$/.test(commit) || /^0+$/.test(commit)) return undefined;
  const git = (...args) =>
    execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  try {
    git("cat-file", "-e", `${commit}^{commit}`);
  } catch {
    return undefined;
  }
  return git("diff", "--name-only", "-z", commit, after).split("\0").filter(Boolean);
}

function isChanged(service, files) {
  if (!files) return true;
  const watched = [
    ...foldersOf(service).map((folder) => `services/${folder}/`),
    `infra-templates/ecs/taskdef-${service}.json`,
    `infra-templates/ecs/taskdef-migrate-${service}.json`,
    `infra-templates/ecs/appspec-${service}.yaml`,
    "package-lock.json",
  ];
  return files.some((file) =>
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
