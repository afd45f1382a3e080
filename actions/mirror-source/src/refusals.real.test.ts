import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../core/failure.ts";
import { git } from "../../core/git.support.ts";
import { commit, useStage } from "./stage.support.ts";

const stage = await useStage();
const repository = await stage.codecommit();

const files = { "infra/ecs/taskdef.json": '{\n  "role": "<Role>"\n}\n', "notes.txt": "coffee\n" };

/** Rejects as the action does; the repository must stay empty. */
async function refuse(source: string, inputs: Record<string, string>): Promise<Failure> {
  const failure = await stage.mirror(stage.context(source), { repository, ...inputs }).then(
    () => undefined,
    (error) => error,
  );
  expect(failure).toBeInstanceOf(Failure);
  expect(await stage.head(repository)).toBeUndefined();
  return failure;
}

test.each<[string, Record<string, string>, string, string]>([
  [
    "repository",
    { repository: "none" },
    "CodeCommit repository none does not exist in this account in us-east-1",
    "aws codecommit create-repository",
  ],
  ["branch", { branch: "a..b" }, '"a..b" is not a valid branch name', "git check-ref-format"],
  [
    "folder",
    { path: "infra/esc" },
    'does not have the folder infra/esc (input path); did you mean "infra/ecs"?',
    "correct the input path",
  ],
  [
    "folder, but a file",
    { path: "notes.txt" },
    "notes.txt is not a folder in commit",
    "the folder that becomes the root",
  ],
  [
    "value of a placeholder",
    { path: "infra/ecs", placeholders: "{}" },
    "Placeholders have no value: <Role> at infra/ecs/taskdef.json:2",
    '{"Role": "…"}',
  ],
])("refuses a missing %s", async (_, inputs, message, nextStep) => {
  const failure = await refuse(await stage.repository(files), inputs);
  expect(failure.message).toContain(message);
  expect(failure.nextStep).toContain(nextStep);
});

const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n";

test("refuses a private key with its place, unless it is outside the folder", async () => {
  const source = await stage.repository({ ...files, "infra/ecs/deploy": key, "docs/key.md": `    ${key}` });
  for (const inputs of [{}, { path: "infra/ecs" }] as Record<string, string>[]) {
    const failure = await refuse(source, inputs);
    expect(failure.message).toBe("Private keys are in the commit: infra/ecs/deploy");
    expect(failure.nextStep).toContain("(input path)");
  }
  await stage.mirror(stage.context(source), { repository, path: "docs", mode: "plan" });
});

test("warns of files that rarely belong into a mirror", async () => {
  const source = await stage.repository({ ...files, ".env": "A=1", "node_modules/a/i.js": "", "ca.pem": "" });
  const context = stage.context(source);
  await stage.mirror(context, { repository, mode: "plan" });
  expect(context.lines).toContainEqual(
    expect.stringMatching(/^The mirror contains \.env, ca\.pem, node_modules\./),
  );
  const inside = stage.context(source);
  await stage.mirror(inside, { repository, mode: "plan", path: "infra/ecs" });
  expect(inside.lines.join()).not.toContain("The mirror contains");
});

test("refuses a shallow clone with its fix", async () => {
  const origin = await stage.repository();
  await commit(origin, { "menu.txt": "mocha\n" });
  const source = await stage.repository();
  await git(source, "fetch", "--quiet", "--depth=1", `file://${origin}`, "main");
  const failure = await refuse(source, {});
  expect(failure.message).toContain("shallow");
  expect(failure.nextStep).toContain("fetch-depth: 0");
});

test("refuses a partial clone with its fix", async () => {
  const source = await stage.repository();
  await git(source, "config", "remote.origin.promisor", "true");
  const failure = await refuse(source, { path: "" });
  expect(failure.message).toContain("partial clone");
  expect(failure.nextStep).toContain("filter");
});

test("names links and submodules in the folder", async () => {
  const source = await stage.repository({ "app/main.js": "run();\n" });
  await symlink("../../secret", join(source, "app/key"));
  const head = await git(source, "rev-parse", "HEAD");
  await git(source, "update-index", "--add", "--cacheinfo", `160000,${head},app/library`);
  await git(source, "add", "app/key");
  await git(source, "commit", "--quiet", "-m", "Link");
  const failure = await refuse(source, { path: "app" });
  expect(failure.message).toContain("app/key is a symbolic link, app/library is a submodule");
});

test("refuses a repository without a commit", async () => {
  const source = await stage.repository();
  await git(source, "checkout", "--quiet", "--orphan", "empty");
  expect((await refuse(source, {})).message).toBe("The checked-out repository has no commit");
});

test("refuses a folder that is not a repository", async () => {
  const failure = await refuse(stage.folder, {});
  expect(failure.message).toContain(`${stage.folder} is not a Git repository`);
  expect(failure.nextStep).toContain("actions/checkout");
});

test("says what to install on a runner without git", async () => {
  const context = stage.context(await stage.repository(), {
    variables: { ...stage.context("").variables, PATH: "/none" },
  });
  await expect(stage.mirror(context, { repository })).rejects.toMatchObject({
    message: expect.stringContaining("git is not installed"),
    nextStep: expect.stringContaining("2.31"),
  });
});
