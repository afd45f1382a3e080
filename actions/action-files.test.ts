import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";

interface Described {
  readonly description?: string;
  readonly required?: boolean;
}

interface ActionFile extends Described {
  readonly author?: string;
  readonly branding?: { readonly icon?: string; readonly color?: string };
  readonly inputs?: Readonly<Record<string, Described | null>>;
  readonly outputs?: Readonly<Record<string, Described | null>>;
}

const root = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const actions = globSync("actions/*/action.yml", { cwd: root }).map(dirname);
const workflows = globSync(".github/workflows/*.yml", { cwd: root });

/** Words that readers stumble over. */
const bannedWords = /\b(amid|anew|beside|by itself|mends?|once more|tells?|told|under way|whoever)\b/i;

/** Inputs and outputs whose description is missing, longer than 120 characters or several sentences. */
function badDescriptions({ inputs, outputs }: ActionFile): string[] {
  return [...Object.entries(inputs ?? {}), ...Object.entries(outputs ?? {})]
    .filter(([, value]) => !/^[^\n]{2,120}(?<!\.)$/.test(value?.description ?? ""))
    .map(([name]) => name);
}

test.each([".", ...actions])("%s has an author, branding and short descriptions", (action) => {
  const text = read(`${action}/action.yml`);
  const file = parse(text) as ActionFile;
  expect(file.author).toBeTruthy();
  expect(file.branding).toEqual({ icon: expect.any(String), color: expect.any(String) });
  expect(file.description).toMatch(/^.{20,125}$/);
  expect(badDescriptions(file)).toEqual([]);
  expect(text).not.toMatch(bannedWords);
});

test.each(actions)("%s documents permissions and failures in plain words", (action) => {
  const readme = read(`${action}/README.md`);
  const sections = [...readme.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(sections.slice(-4)).toEqual(["Inputs", "Outputs", "Permissions", "When it fails"]);
  for (const [, policy = ""] of readme.matchAll(/^```json\n([\s\S]*?)^```$/gm))
    expect(() => JSON.parse(policy)).not.toThrow();
  expect(readme).not.toMatch(bannedWords);
});

test("rehearse installs the command line of its own release", () => {
  const { inputs } = parse(read("actions/rehearse/action.yml"));
  const { version } = JSON.parse(read("package.json"));
  expect(inputs.package.default).toBe(`ecs-delivery@${version}`);
});

const scripts = ["action.yml", ...actions.map((action) => `${action}/action.yml`), ...workflows];

test.each(scripts)("%s puts no secret or input into the text of a script", (file) => {
  const runs: string[] = [];
  JSON.stringify(parse(read(file)), (key, value) => {
    if (key === "run" && typeof value === "string") runs.push(value);
    return value;
  });
  expect(runs.filter((run) => /\$\{\{[^}]*\b(secrets|inputs|steps)\./.test(run))).toEqual([]);
});

test.each(workflows)("%s describes each input and output in one line", (workflow) => {
  const { on } = parse(read(workflow)) as { readonly on: Readonly<Record<string, ActionFile | null>> };
  for (const event of ["workflow_call", "workflow_dispatch"])
    expect(badDescriptions(on[event] ?? {})).toEqual([]);
});

const documents = [
  ...["README.md", "CONTRIBUTING.md"],
  ...globSync("{actions/*,docs/**,examples/**}/*.md", { cwd: root }),
  ...globSync("examples/*/.github/workflows/*.yml", { cwd: root }),
];

test("examples use the actions and workflows of OWNER/ecs-delivery at v1", () => {
  const example = /([^\s`"']+\/(?:actions|\.github\/workflows)\/[\w.-]+)@([\w.-]+)/g;
  const wrong = [...documents, ...workflows].flatMap((file) =>
    [...read(file).matchAll(example)]
      // A report with a proof names a commit of the teacher's copy.
      .filter(
        ([, path, at = ""]) =>
          !(path?.startsWith("OWNER/ecs-delivery/") && at === "v1") &&
          !(path?.startsWith("ACCOUNT/ecs-delivery/") && at === "COMMIT"),
      )
      .map(([reference]) => `${file}: ${reference}`),
  );
  expect(wrong).toEqual([]);
});

/** Steps that use one of the actions, anywhere in a parsed example. */
function stepsIn(value: unknown): { readonly action: string; readonly inputs: readonly string[] }[] {
  if (typeof value !== "object" || value === null) return [];
  const { uses, with: inputs } = value as { readonly uses?: unknown; readonly with?: object };
  const action = /\/(actions\/[\w-]+)@v1$/.exec(String(uses))?.[1];
  const here = action ? [{ action, inputs: Object.keys(inputs ?? {}) }] : [];
  return [...here, ...Object.values(value).flatMap(stepsIn)];
}

const withExamples = documents.filter(
  (file) => read(file).includes("/actions/") && read(file).includes("@v1"),
);

test.each(withExamples)("%s has examples with existing inputs and all required ones", (document) => {
  for (const [, block = ""] of read(document).matchAll(/^```yaml\n([\s\S]*?)^```$/gm))
    for (const { action, inputs } of stepsIn(parse(block))) {
      const declared = Object.entries((parse(read(`${action}/action.yml`)) as ActionFile).inputs ?? {});
      const required = declared.filter(([, input]) => input?.required).map(([name]) => name);
      expect(declared.map(([name]) => name)).toEqual(expect.arrayContaining([...inputs]));
      expect(inputs).toEqual(expect.arrayContaining(required));
    }
});

test("actions import libraries, and never another action's inside", () => {
  const isAction = (folder: string | undefined) => actions.includes(`actions/${folder}`);
  const wrong = globSync("actions/*/**/*.ts", {
    cwd: root,
    exclude: ["**/dist/**", "**/node_modules/**"],
  }).flatMap((file) => {
    const own = file.split("/")[1];
    const imported = [...read(file).matchAll(/(?:from |import\()"(\.[^"]+)"/g)].map(([, path = ""]) =>
      join(file, "..", path),
    );
    return imported
      .filter(
        (path) => path.startsWith("actions/") && path.split("/")[1] !== own && isAction(path.split("/")[1]),
      )
      .map((path) => `${file} imports ${path}`);
  });
  expect(wrong).toEqual([]);
});
