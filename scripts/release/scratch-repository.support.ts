import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { writeFiles } from "@ecs-delivery/program/test-folder.support";
import { parse } from "yaml";

const script = resolve(import.meta.dirname, "../release.ts");
const name = "octo/coffee";
const workflow = resolve(import.meta.dirname, "../../.github/workflows/release.yml");
const { publish } = parse(readFileSync(workflow, "utf8")).jobs;

/** Releases that GitHub would have, by tag. */
export type Releases = Record<string, { draft: boolean; notes: string; assets: Record<string, string> }>;

/**
 * The part of GitHub's command line that the release needs, kept in the folder FAKE_GH. It creates no tag: the release
 * has to push it first. FAIL_GH names a subcommand that fails.
 */
const fakeGh = `#!/usr/bin/env node
const { appendFileSync, readFileSync, writeFileSync } = require("node:fs");
const { execFileSync } = require("node:child_process");
const { basename } = require("node:path");
const { parseArgs } = require("node:util");
const file = process.env.FAKE_GH + "/releases.json";
const releases = JSON.parse(readFileSync(file, "utf8"));
const fail = (text) => { console.error(text); process.exit(1); };
const options = { draft: { type: "string" }, title: { type: "string" }, "notes-file": { type: "string" },
  json: { type: "string" }, jq: { type: "string" }, latest: { type: "boolean" }, tag: { type: "string" }, "verify-tag": { type: "boolean" }, yes: { type: "boolean" } };
const given = process.argv.slice(2).map((each) => (each === "--draft" ? "--draft=true" : each));
const { values, positionals: [noun, verb, tag, ...assets] } = parseArgs({ args: given, options, allowPositionals: true });
if (noun !== "release") fail("unknown command " + noun);
if (process.env.FAIL_GH === verb) fail("HTTP 502: Bad Gateway");
const release = releases[tag];
const write = () => writeFileSync(file, JSON.stringify(releases));
if (verb === "view") {
  if (!release) fail("release not found");
  console.log(values.jq ? String(release.draft) : JSON.stringify({ isDraft: release.draft }));
} else if (verb === "create") {
  if (release) fail("a release with the tag already exists");
  const content = assets.map((path) => [basename(path), readFileSync(path, "utf8")]);
  releases[tag] = { draft: values.draft === "true", notes: readFileSync(values["notes-file"] === "-" ? 0 : values["notes-file"], "utf8"), assets: Object.fromEntries(content) };
  write();
} else if (verb === "edit") {
  if (!release) fail("release not found");
  const origin = "https://github.com/" + process.env.GH_REPO;
  const tags = execFileSync("git", ["ls-remote", "--tags", origin, "refs/tags/" + tag], { encoding: "utf8" });
  if (values.tag !== tag || !values["verify-tag"] || tags === "") fail("tag " + tag + " is not verified");
  release.draft = values.draft === "true";
  write();
} else if (verb === "delete") {
  if (!release) fail("release not found");
  delete releases[tag];
  write();
} else fail("unknown command release " + verb);
if (verb !== "view") appendFileSync(process.env.FAKE_GH + "/changes", verb + " " + tag + "\\n");
`;

/** Creates a clone with a bare remote repository and a stand-in for GitHub's command line. */
function createPlace() {
  const folder = mkdtempSync(join(tmpdir(), "release-"));
  const [remote, clone, bin] = ["remote.git", "clone", "bin"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(bin);
  writeFileSync(join(bin, "gh"), fakeGh, { mode: 0o755 });
  writeFileSync(join(folder, "releases.json"), "{}");
  // The remote that a workflow names is the bare repository.
  const address = `[url "${remote}"]\n\tinsteadOf = https://github.com/${name}\n`;
  writeFileSync(join(folder, ".gitconfig"), address);
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch", "main", remote]);
  execFileSync("git", ["clone", "--quiet", remote, clone], { stdio: "ignore" });
  const environment = {
    PATH: [bin, process.env.PATH].join(delimiter),
    HOME: folder,
    FAKE_GH: folder,
    GIT_CONFIG_SYSTEM: "/dev/null",
  };
  return { folder, remote, clone, environment };
}

/** Returns the programs of a release, run in the clone. */
function commandsIn({ folder, clone, environment }: ReturnType<typeof createPlace>) {
  const release = (parameters: string[], environmentOfRun: Record<string, string> = {}) => {
    const options = { cwd: clone, env: { ...environment, ...environmentOfRun }, encoding: "utf8" } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...parameters], options);
    return { status, output: stdout + stderr };
  };
  /** Returns the outputs of `plan`. */
  const plan = () => {
    const file = join(folder, "output");
    writeFileSync(file, "");
    const result = release(["plan"], { GITHUB_OUTPUT: file });
    const [, version = "", commit = "", notes = ""] =
      /^version=(.*)\ncommit=(.*)\nnotes<<(?:.*)\n([\s\S]*)\n.*\n$/.exec(readFileSync(file, "utf8")) ?? [];
    return { ...result, version, commit, notes };
  };
  const git = (...parameters: string[]) =>
    execFileSync("git", parameters, { cwd: clone, env: environment, encoding: "utf8" }).trim();
  return { release, plan, git };
}

/** Runs the last step of the job publish; returns its exit code and all that it wrote. */
function runPublish(cwd: string, environment: Record<string, string>) {
  const ofGitHub = { GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: name, GH_REPO: name };
  const shell = ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", publish.steps.at(-1).run];
  const env = { ...environment, ...ofGitHub };
  const { status, stdout, stderr } = spawnSync("bash", shell, { cwd, env, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

/** A scratch repository and what the jobs of a release do with it. */
export function createScratchRepository() {
  const place = createPlace();
  const { folder, remote, clone, environment } = place;
  const { release, plan, git } = commandsIn(place);
  return {
    ...place,
    git,
    /** Commits files on main, pushes them and returns the commit. */
    commit(files: Record<string, string>): string {
      writeFiles(clone, files);
      git("add", "--all");
      const author = ["-c", "user.name=T", "-c", "user.email=t@example.com"];
      git(...author, "commit", "--quiet", "--allow-empty", "-m", "x");
      git("push", "--quiet", "origin", "HEAD:main");
      return git("rev-parse", "HEAD");
    },
    plan,
    /** Runs the script; returns its exit code and all that it wrote. */
    release,
    /**
     * Plans, prepares and publishes as the jobs of release.yml do.
     * @param planned by an earlier run
     * @param hook of git, which something added to the artifact
     */
    publish(environmentOfRun: Record<string, string> = {}, planned = plan(), hook = "") {
      if (planned.status !== 0 || planned.version === "") return planned;
      const work = mkdtempSync(join(folder, "work-"));
      const files = join(work, publish.steps[0].with.path ?? "");
      mkdirSync(files, { recursive: true });
      const prepared = release(["checksums", join(files, "checksums.txt")]);
      if (prepared.status !== 0) return prepared;
      execFileSync("sh", ["-c", `cp *.tgz ${files}`], { cwd: clone });
      const sums = execFileSync("sh", ["-c", "sha256sum -- *"], { cwd: files, encoding: "utf8" }).trim();
      writeFiles(files, { "repository/.git/hooks/pre-push": `#!/bin/sh\n${hook}\n` });
      chmodSync(join(files, "repository/.git/hooks/pre-push"), 0o755);
      const { version, commit, notes } = planned;
      const ofJob = { TAG: `v${version}`, COMMIT: commit, NOTES: notes, FILES: sums };
      return runPublish(work, { ...environment, ...ofJob, ...environmentOfRun });
    },
    /** Refuses changes of the refs that match a shell pattern, as a rule of GitHub does; none without a pattern. */
    refuse(pattern?: string): void {
      const hook = join(remote, "hooks/update");
      const refused = pattern ? `case "$1" in ${pattern}) echo "refused $1" >&2; exit 1;; esac` : "";
      writeFileSync(hook, `#!/bin/sh\n${refused}\n`);
      chmodSync(hook, 0o755);
    },
    /** Tags of the remote repository, with their commits. */
    tags(): Record<string, string> {
      const lines = git("ls-remote", "--tags", "origin").split("\n").filter(Boolean);
      return Object.fromEntries(
        lines.map((line) => line.split("\trefs/tags/")).map(([commit, tag]) => [tag, commit]),
      );
    },
    releases: (): Releases => JSON.parse(readFileSync(join(folder, "releases.json"), "utf8")),
    /** Commands so far that changed releases. */
    changes: () => readFileSync(join(folder, "changes"), "utf8"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
