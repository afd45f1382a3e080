import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Failure } from "../../shared/failure.ts";
import { commit, createStage, git, type Stage } from "./stage.support.ts";

let stage: Stage;
let repository: string;
beforeAll(async () => {
  stage = await createStage();
  repository = await stage.codecommit();
});
afterAll(() => stage?.close());

const files = { "infra/ecs/taskdef.json": '{\n  "role": "<Role>"\n}\n', "notes.txt": "coffee\n" };

/** Rejects as the action does; the repository must be as empty as before. */
async function refuse(source: string, inputs: Record<string, string>): Promise<Failure> {
  const failure = await stage.mirror(stage.world(source), { repository, ...inputs }).then(
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
    "There is no CodeCommit repository none in this account in us-east-1",
    "create-repository: true",
  ],
  ["branch", { branch: "a..b" }, '"a..b" is no name that a branch can have', "git check-ref-format"],
  ["ref", { ref: "v9" }, 'has no commit "v9" (input ref)', "a branch, tag or commit"],
  [
    "folder",
    { path: "infra/esc" },
    'has no folder infra/esc (input path); did you mean "infra/ecs"?',
    "correct the input path",
  ],
  [
    "folder, but a file",
    { path: "notes.txt" },
    "notes.txt is no folder in commit",
    "the folder that becomes the root",
  ],
  [
    "value of a placeholder",
    { path: "infra/ecs", placeholders: "{}" },
    "Placeholders have no value: <Role> at infra/ecs/taskdef.json:2",
    '{"Role": "…"}',
  ],
])("no such %s", async (_, inputs, message, nextStep) => {
  const failure = await refuse(await stage.repository(files), inputs);
  expect(failure.message).toContain(message);
  expect(failure.nextStep).toContain(nextStep);
});

test("a shallow clone is refused with the mend", async () => {
  const origin = await stage.repository();
  await commit(origin, { "menu.txt": "mocha\n" });
  const source = await stage.repository();
  await git(source, "fetch", "--quiet", "--depth=1", `file://${origin}`, "main");
  const failure = await refuse(source, {});
  expect(failure.message).toContain("shallow");
  expect(failure.nextStep).toContain("fetch-depth: 0");
});

test("a partial clone is refused with the mend", async () => {
  const source = await stage.repository();
  await git(source, "config", "remote.origin.promisor", "true");
  const failure = await refuse(source, { path: "" });
  expect(failure.message).toContain("partial clone");
  expect(failure.nextStep).toContain("filter");
});

test("links and submodules in the folder are named", async () => {
  const source = await stage.repository({ "app/main.js": "run();\n" });
  await symlink("../../secret", join(source, "app/key"));
  const head = await git(source, "rev-parse", "HEAD");
  await git(source, "update-index", "--add", "--cacheinfo", `160000,${head},app/library`);
  await git(source, "add", "app/key");
  await git(source, "commit", "--quiet", "-m", "Link");
  const failure = await refuse(source, { path: "app" });
  expect(failure.message).toContain("app/key is a symbolic link, app/library is a submodule");
});

test("a folder that is no repository is refused", async () => {
  const failure = await refuse(stage.folder, {});
  expect(failure.message).toContain(`There is no Git repository in ${stage.folder}`);
  expect(failure.nextStep).toContain("actions/checkout");
});

test("a runner without git is told what to install", async () => {
  const world = stage.world(await stage.repository(), {
    variables: { ...stage.world("").variables, PATH: "/none" },
  });
  await expect(stage.mirror(world, { repository })).rejects.toMatchObject({
    message: expect.stringContaining("git is not installed"),
    nextStep: expect.stringContaining("2.31"),
  });
});
