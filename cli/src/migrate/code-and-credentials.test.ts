import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { writeTemplate } from "../../../scripts/template/write-template.ts";
import { filesOf } from "../init/files.ts";
import { findBoth, type Part, partOf, type Read } from "./code-and-credentials.ts";

const root = join(import.meta.dirname, "../../..");
/** @param folder of the repository whose workflow it is */
const readFrom =
  (folder: string): Read =>
  (uses) => {
    const path = /^(?:\$\/|\.\/(?=\.github\/)|OWNER\/ecs-delivery\/?)([^@]*)/.exec(uses)?.[1];
    if (path === undefined) return undefined;
    const from = uses.startsWith("./") ? folder : root;
    return parse(readFileSync(join(from, path.endsWith(".yml") ? path : join(path, "action.yml")), "utf8"));
  };
const read = readFrom(root);
const find = (workflow: Part) => findBoth(workflow, read).map(({ job }) => job);

type Cases = Readonly<Record<string, readonly Part[]>>;
const cases: Cases = parse(readFileSync(join(import.meta.dirname, "code-and-credentials.cases.yml"), "utf8"));
const checkout = { uses: "actions/checkout@v7" };

it.each([
  ...(cases.code ?? []).map((step) => [step, ["a"]] as const),
  ...(cases.harmless ?? []).map((step) => [step, []] as const),
])("the step %j next to a checkout and credentials: %j have both", (step, both) => {
  expect(find({ jobs: { a: { permissions: "write-all", steps: [checkout, step] } } })).toEqual(both);
});

it.each(cases.workflows ?? [])("finds the jobs with both: %j", ({ both, ...workflow }) => {
  expect(find(workflow)).toEqual(both);
});

/** Returns the workflows of a file: all of it, or the code blocks of a page; steps alone are one job. */
function workflowsIn(path: string, text: string): Part[] {
  const blocks = [...text.matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
  return (path.endsWith(".md") ? blocks : [text]).flatMap((block) => {
    const part = parse(block);
    const job = Array.isArray(part) ? { steps: part } : partOf(part);
    if (job.jobs) return [job];
    return job.steps ? [{ jobs: { steps: { permissions: {}, ...job } } }] : [];
  });
}

const texts = new Map<string, string>();
const tracked = execFileSync("git", ["ls-files", "*.md", "*/workflows/*.yml"], {
  cwd: root,
  encoding: "utf8",
});
for (const path of tracked.trim().split("\n")) texts.set(path, readFileSync(join(root, path), "utf8"));
const student = mkdtempSync(join(tmpdir(), "student-"));
await writeTemplate(root, student, "OWNER/ecs-delivery@v1");
for (const path of globSync(["**/*.md", ".github/workflows/*"], { cwd: student }))
  texts.set(`template: ${path}`, readFileSync(join(student, path), "utf8"));
rmSync(student, { recursive: true });
const deployed = {
  cluster: "a",
  service: "a",
  taskDefinition: {},
  revision: "a:1",
  container: "a",
  repository: "a",
};
const files = filesOf({ ...deployed, codedeploy: undefined }, { actions: "OWNER/ecs-delivery", region: "a" });
for (const [path, text] of files) if (path.endsWith(".yml")) texts.set(`init: ${path}`, text);

const withWorkflows = [...texts].filter(([path, text]) => workflowsIn(path, text).length > 0);

it.each(withWorkflows)("%s: no job has both code of the repository and credentials", (path, text) => {
  const example = /^(examples\/[^/]+)/.exec(path)?.[1] ?? "";
  const folder = path.startsWith("examples/") ? join(root, example) : root;
  const found = workflowsIn(path, text).flatMap((workflow) => findBoth(workflow, readFrom(folder)));
  // The README of an exception says why.
  const isException = path.endsWith(".yml") && /^examples\/(one-step|terraform)$/.test(example);
  expect(found).toEqual(isException ? [expect.objectContaining({ job: "deploy" })] : []);
  if (isException) expect(texts.get(`${example}/README.md`)).toMatch(/cannot keep credentials from/);
});

it("init writes the releases of others' actions that this repository uses", () => {
  const own = [...texts].filter(([path]) => path.startsWith(".github/")).map(([, text]) => text);
  const written =
    texts.get("init: .github/workflows/deploy-a.yml")?.match(/uses: (?!OWNER\/ecs-delivery).*/g) ?? [];
  expect(written.filter((uses) => !own.some((text) => text.includes(uses)))).toEqual([]);
});
