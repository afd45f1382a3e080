// @ts-check
import { spawnSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nearest, Refusal } from "../../../program/src/command-line.mjs";
import { writeProblem } from "../../../program/src/packages.mjs";
import { mayBeAlive, requireFreePorts } from "../../../program/src/processes.mjs";
import { shortEnvironment } from "../../../program/src/short-environment.mjs";

/**
 * Holds the process of the clone's rehearsal for as long as it runs.
 * @param {string} project
 */
export const ownerFile = (project) => join(project, ".lab", "owner");

/**
 * Refuses to start in a state that would stop a rehearsal, before anything is created or removed.
 * @param {string} project
 * @param {readonly { port: number, option: string }[]} ports
 */
export async function checkBeforeStart(project, ports) {
  refuseSecondRehearsal(project);
  requireCommit(project);
  const places = [
    { folder: join(project, ".lab"), fix: "use a clone in a folder that you may write to" },
    { folder: tmpdir(), fix: "set TMPDIR to a folder that you may write to" },
  ];
  for (const { folder, fix } of places) {
    const problem = writeProblem(folder);
    if (problem) throw new Refusal(`${folder} is ${problem}. Fix: ${fix}`);
  }
  await requireFreePorts(ports);
}

/** @param {string} project */
export function refuseSecondRehearsal(project) {
  let owner;
  try {
    owner = readFileSync(ownerFile(project), "utf8");
  } catch {
    return;
  }
  if (!mayBeAlive(owner)) return;
  const [, pid] = owner.split("-");
  throw new Refusal(
    `a rehearsal of this clone is already running (process ${pid}), and .lab has its report and logs. Fix: end it, or start this one in another clone`,
  );
}

/** @param {string} project */
export function requireCommit(project) {
  const git = spawnSync("git", ["rev-parse", "--show-toplevel", "--verify", "HEAD^{commit}"], {
    cwd: project,
    encoding: "utf8",
    env: { ...shortEnvironment(process.env), LC_ALL: "C" },
  });
  if (git.error)
    throw new Refusal(
      "git is not installed, and the lab deploys commits. Fix: install git (Debian, Ubuntu: apt-get install git; macOS: xcode-select --install)",
    );
  if (git.stderr.includes("dubious ownership"))
    throw new Refusal(
      `${project} belongs to another user, so git does not read it. Fix: run this command as that user, or in a clone of your own`,
    );
  const [folder = ""] = git.stdout.split("\n");
  // An unpacked ZIP file may be inside of another repository.
  if (folder === "" || realpathSync(folder) !== realpathSync(project))
    throw new Refusal(
      `${project} is not a git clone, and the lab deploys commits. Fix: git clone the repository; or in an unpacked ZIP file: git init && git add --all && git commit -m Start`,
    );
  if (git.status !== 0)
    throw new Refusal(
      `${project} has no commit, and the lab deploys commits. Fix: git add --all && git commit -m Start`,
    );
}

/** The rehearsal sets these: its workflows work with no other value. */
const ownVariables = ["AWS_REGION", "BASE_IMAGE", "PRODUCTION_URL"];

/**
 * Reads NAME=VALUE. Throws for a name that GitHub or the rehearsal does not accept.
 * @param {string} text
 * @returns {[name: string, value: string]}
 */
export function repositoryVariable(text) {
  const [, name, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error("is not NAME=VALUE");
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || /^GITHUB_/i.test(name))
    throw new Error(
      "has a name that GitHub refuses: letters, digits and _ only, no digit first, not GITHUB_ first",
    );
  const upper = name.toUpperCase();
  if (ownVariables.includes(upper)) throw new Error(`has the name ${upper}, which the rehearsal sets`);
  return [upper, value];
}

/**
 * Refuses variables that no workflow of the last commit reads: GitHub would ignore the misspelt name.
 * @param {string} project
 * @param {readonly string[]} names
 */
export function checkVariables(project, names) {
  if (names.length === 0) return;
  const { stdout } = spawnSync("git", ["grep", "-hoE", "vars\\.[A-Za-z0-9_]+", "HEAD", "--", ".github"], {
    cwd: project,
    encoding: "utf8",
    env: shortEnvironment(process.env),
  });
  const read = [...new Set((stdout ?? "").split("\n").map((line) => line.slice("vars.".length)))];
  const known = read.filter((name) => name !== "" && !ownVariables.includes(name)).sort();
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new Refusal(
      `--var: no workflow reads the variable ${name}${near ? `, did you mean ${near}?` : "."} Variables: ${known.join(", ")}`,
    );
  }
}
