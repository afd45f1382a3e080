import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { createScratchRepository } from "../../../scripts/release/scratch-repository.support.ts";
import { filesOfProject } from "./project.support.ts";
import { codeOfJob, type RunEvent, type RunResult } from "./result.ts";
import { createRunner } from "./runner.ts";

const workflow = ".github/workflows/release.yml";
const scripts = ["release.ts", "release/owner.ts", "release/version.ts"].map((name) => `scripts/${name}`);
const zeros = "0".repeat(40);

let repository: ReturnType<typeof createScratchRepository>;
let directory: string;
let events: RunEvent[];
beforeEach(async () => {
  repository = createScratchRepository();
  directory = await mkdtemp(join(tmpdir(), "release-runs-"));
  events = [];
  // Stands in for npm: it notes what it publishes, and knows that version then.
  const npm = `#!/bin/sh
case $1 in
  pack) echo "$2" > "$4/octo-coffee-1.2.3.tgz" ;;
  view) grep -q . "$FAKE_GH/npm" ;;
  publish) echo "$@: $(cat "$2" settings 2> /dev/null)" >> "$FAKE_GH/npm" ;;
esac
`;
  await writeFile(join(repository.folder, "npm"), "");
  await writeFile(join(repository.folder, "bin/npm"), npm, { mode: 0o755 });
});
afterEach(async () => {
  repository.remove();
  await rm(directory, { recursive: true, force: true });
});

const { package: packing } = parse(await readFile(".github/workflows/ci.yml", "utf8")).jobs;
const packed = "./package\n";

/** The workflow, its scripts and its job that packs as they are, with tests that pass, fail or attack. */
async function filesOf(version: string, tests: string | readonly object[]) {
  const steps = typeof tests === "string" ? [{ run: tests }] : tests;
  const outputs = { package: { value: `\${{ jobs.package.outputs.digest }}` } };
  const test = { "runs-on": "ubuntu-24.04", needs: "package", permissions: { contents: "read" }, steps };
  const jobs = { package: packing, tests: test };
  return {
    ...(await filesOfProject([workflow, ...scripts])),
    ".github/workflows/ci.yml": stringify({ on: { workflow_call: { outputs } }, jobs }),
    "package.json": JSON.stringify({ version, type: "module" }),
    "CHANGELOG.md": `## ${version}\n\nNotes of ${version}.\n`,
    "scripts/pack-cli.ts": "console.log(process.env.NPM_PACKAGE);\n",
    "actions/deploy/action.yml": "name: Deploy\n",
    "actions/deploy/dist/index.js": "console.log('deployed');\n",
  };
}

async function push(
  after: string,
  { fork = false, environment = {}, vars = {} } = {},
): Promise<RunResult | undefined> {
  const runner = createRunner({
    repository: { name: "octo/coffee", gitDirectory: repository.remote, fork },
    environment: { ...repository.environment, ...environment },
    secrets: {},
    vars,
    directory: await mkdtemp(join(directory, "run-")),
    emit: (event) => events.push(event),
  });
  const run = await runner.start({ workflow, event: { name: "push", branch: "main", before: zeros, after } });
  return run?.result;
}

const conclusions = (result?: RunResult) => result?.jobs.map(({ conclusion }) => conclusion);
const log = () => events.flatMap((event) => (event.type === "log" ? [event.line] : [])).join("\n");

it("releases a version, and a second run changes nothing", async () => {
  const commit = repository.commit(await filesOf("1.2.3", "true"));
  const first = await push(commit);
  expect(log()).toContain("Attestation created for 5 subjects");
  expect(first?.conclusion).toBe("success");
  expect(repository.tags()).toEqual({ "v1.2.3": commit, "v1.2": commit, v1: commit });
  const release = { draft: false, notes: "Notes of 1.2.3.", assets: { "octo-coffee-1.2.3.tgz": packed } };
  expect(repository.releases()).toMatchObject({ "v1.2.3": release });
  expect(await readFile(join(repository.folder, "npm"), "utf8")).toBe("");
  const before = [repository.tags(), repository.changes()];
  const second = await push(commit);
  expect(second?.conclusion).toBe("success");
  expect(conclusions(second)?.slice(1)).not.toContain("success");
  expect([repository.tags(), repository.changes()]).toEqual(before);
});

it.each([
  ["a failed test", "false", {}],
  ["a failed publication", "true", { FAIL_GH: "edit" }],
] as const)("leaves no release and no tag after %s", async (_, tests, environment) => {
  const result = await push(repository.commit(await filesOf("1.2.3", tests)), { environment });
  expect(result?.conclusion).toBe("failure");
  expect([repository.tags(), repository.releases()]).toEqual([{}, {}]);
});

it("publishes the command line once, where a variable names its package, without code of the repository", async () => {
  // As .npmrc, in a replaced artifact: npm must not run where it finds them.
  const command = { name: "command-line", path: "packed" };
  const addSettings = [
    { uses: "actions/download-artifact@v8", with: command },
    { run: "echo attack > packed/settings" },
    { uses: "actions/upload-artifact@v7", with: { ...command, overwrite: true } },
  ];
  const commit = repository.commit(await filesOf("1.2.3", addSettings));
  const vars = { NPM_PACKAGE: "@octo/coffee" };
  const published = () => readFile(join(repository.folder, "npm"), "utf8");
  const result = await push(commit, { vars });
  expect(result?.conclusion).toBe("success");
  const mayWrite = result?.jobs.filter((job) => Object.values(job.permissions).includes("write")) ?? [];
  expect(mayWrite.map(({ name }) => name)).toEqual(["Attest", "Publish", "Publish to npm"]);
  // Other code of no repository is the stand-ins for gh and npm.
  const installed = join(repository.folder, "bin/");
  expect(mayWrite.flatMap(codeOfJob).filter((file) => !file.startsWith(installed))).toEqual([]);
  expect(log()).toContain("@octo/coffee");
  expect(await published()).toBe(
    `publish ./packed/octo-coffee-1.2.3.tgz --ignore-scripts --provenance --access public: ${packed}`,
  );
  const before = await published();
  // The tag v1 is behind, so that the workflow continues the release.
  repository.git("push", "--quiet", "origin", ":refs/tags/v1");
  expect((await push(commit, { vars }))?.conclusion).toBe("success");
  expect(log()).toContain("@octo/coffee@1.2.3 is published already");
  expect(await published()).toBe(before);
});

it("publishes no file that a test put in the place of the packed one", async () => {
  const upload = { name: "command-line", path: "octo-coffee-1.2.3.tgz", overwrite: true };
  const attack = [
    { run: `echo other > ${upload.path}` },
    { uses: "actions/upload-artifact@v7", with: upload },
  ];
  const commit = repository.commit(await filesOf("1.2.3", attack));
  const result = await push(commit, { vars: { NPM_PACKAGE: "@octo/coffee" } });
  expect(result?.jobs.find(({ name }) => name === "Prepare")?.conclusion).toBe("failure");
  expect(log()).toContain("octo-coffee-1.2.3.tgz: FAILED");
  expect([repository.tags(), repository.releases()]).toEqual([{}, {}]);
  expect(await readFile(join(repository.folder, "npm"), "utf8")).toBe("");
});

it("releases nothing from a fork", async () => {
  const result = await push(repository.commit(await filesOf("1.2.3", "true")), { fork: true });
  expect(conclusions(result)).not.toContain("success");
  expect([repository.tags(), repository.releases()]).toEqual([{}, {}]);
});
