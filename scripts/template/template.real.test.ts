import { execFile } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { promisify } from "node:util";
import { withDefaults } from "@ecs-delivery/lab/options";
import { git } from "@ecs-delivery/lab/runner/load/git";
import { createProgress } from "@ecs-delivery/lab/story/progress";
import { runOnce } from "@ecs-delivery/lab/story/run-once";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { beforeAll, expect, it } from "vitest";
import { createMirror } from "../../examples/examples.support.ts";

const root = join(import.meta.dirname, "../..");
const directory = useFolder();
const folder = join(directory, "microservices");
beforeAll(() => template(folder));

/** Resolves to the exit code and what the command printed. */
async function template(...options: string[]): Promise<{ code: number; text: string }> {
  const command = [join(root, "scripts/template.ts"), ...options];
  return promisify(execFile)(process.execPath, command).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stderr }) => ({ code, text: stderr }),
  );
}

it("writes fewer than 150 files, which do not refer to this repository by $/", async () => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeLessThan(150);
  expect(files.length).toBeGreaterThan(100);
  const workflows = files.filter((file) => file.includes("/workflows/"));
  const texts = await Promise.all(workflows.map((file) => readFile(file, "utf8")));
  expect(texts.join("\n")).not.toContain("uses: $/");
  expect(texts.join("\n")).toContain("uses: OWNER/ecs-delivery/.github/workflows/deploy-service.yml@v1");
});

it("installs its packages from its lock file", async () => {
  const options = ["ci", "--workspace", "services/customer", "--ignore-scripts", "--no-audit", "--no-fund"];
  await promisify(execFile)("npm", [...options, "--prefer-offline", "--dry-run"], { cwd: folder });
});

it("has nothing for teachers, such as the answers, and does not lead there", async () => {
  const files = await readdir(folder, { recursive: true });
  expect(files.filter((file) => file.includes("teacher"))).toEqual([]);
  const pages = files.filter((file) => file.endsWith(".md"));
  const texts = await Promise.all(pages.map((file) => readFile(join(folder, file), "utf8")));
  expect(texts.join("\n")).not.toMatch(/teacher|enseignant|check-lab-class/i);
  expect(await readFile(join(folder, "docs/lab/check-lab.en.md"), "utf8")).toContain("What it cannot see");
});

it("leads readers from its pages to existing files or to the project", async () => {
  const page = await readFile(join(folder, "docs/lab/phase-1-plan-and-cost.en.md"), "utf8");
  expect(page).toContain("(https://github.com/OWNER/ecs-delivery/blob/v1/actions/estimate-cost/README.md)");
  expect(page).not.toContain("](../../actions/estimate-cost/README.md)");
});

it.each([
  ["start alone", [], ["start"]],
  ["start, and main where the teacher wants it", ["--main"], ["main", "start"]],
])("writes the branches %s", async (_, options, branches) => {
  const place = join(directory, `start${branches.length}`);
  const { text } = await template(place, "--start", ...options);
  const list = async (...args: string[]) => (await git(place, ...args)).split("\n");
  expect(await list("branch", "--format=%(refname:short)")).toEqual(branches);
  expect(await list("rev-parse", "--abbrev-ref", "HEAD")).toEqual(["start"]);
  const files = await list("ls-files");
  expect(text).toContain(`${files.length} files written`);
  expect(files.filter((file) => /^(services|infra-templates)\/|teachers|node_modules/.test(file))).toEqual(
    [],
  );
  expect(files).toEqual(expect.arrayContaining(["README.md", "monolith/index.js", "docs/lab/README.md"]));
  expect(await git(place, "status", "--porcelain")).toBe("");
  if (branches.includes("main"))
    expect(await list("ls-tree", "--name-only", "main", "services/")).toContain("services/customer");
});

it.each<[string, () => string[], string]>([
  ["no folder", () => [], "template: the folder is missing"],
  ["a folder with files", () => [folder], "is not empty. Fix: choose a new folder"],
  ["--main alone", () => [join(directory, "new"), "--main"], "--main goes with --start only"],
  ["a wrong reference", () => [join(directory, "new"), "--uses", "v1"], '--uses is "v1"; expected'],
])("refuses %s and writes nothing", async (_, options, message) => {
  const before = await readdir(directory);
  const { code, text } = await template(...options());
  expect(code).toBe(2);
  expect(text).toContain(message);
  expect(await readdir(directory)).toEqual(before);
});

it("is provisioned and deployed as a repository of its own, with the actions of v1", {
  timeout: 1_800_000,
}, async () => {
  const author = ["-c", "user.name=Student", "-c", "user.email=student@example.com"];
  await git(folder, "init", "--quiet", "--initial-branch", "main");
  await git(folder, "add", "--all");
  await git(folder, ...author, "commit", "--quiet", "-m", "Begin");
  const mirrors = { "OWNER/ecs-delivery": await createMirror(directory) };
  const place = {
    project: folder,
    mirrors,
    directory: join(directory, "rehearsal"),
    logDirectory: join(directory, "logs"),
    outputDirectory: directory,
  };
  await Promise.all([mkdir(place.directory), mkdir(place.logDirectory)]);
  const shown: string[] = [];
  const terminal = new PassThrough().on("data", (text) => shown.push(String(text)));
  const ends = new AsyncDisposableStack();
  const { signal } = new AbortController();
  try {
    const options = withDefaults({
      once: true,
      chapters: ["provision", "first-release"],
      runtime: "process",
      port: 0,
      "listener-offset": testListenerPortOffset(),
    });
    const progress = createProgress(terminal, signal);
    const passed = await runOnce(options, place, progress, ends, signal);
    expect(passed, shown.join("")).toBe(true);
  } finally {
    await ends.disposeAsync();
  }
});
