import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../../core/git.support.ts";
import { commit, useStage } from "./stage.support.ts";

const stage = await useStage();

test("pushes the commit once, and then its successors", async () => {
  const { source, repository } = await stage.pair();
  const first = await git(source, "rev-parse", "HEAD");
  const mirror = () => stage.mirror(stage.context(source), { repository });
  expect(await mirror()).toMatchObject({
    url: `${stage.simulator.endpoint}/v1/repos/${repository}`,
    previous: "",
    commit: first,
    hasChanges: true,
    pushed: true,
    commits: 1,
    changes: [{ path: "README.md", lines: { added: 1, removed: 0 } }],
  });
  expect(await mirror()).toMatchObject({ previous: first, commit: first, hasChanges: false, pushed: false });
  await commit(source, { "menu.txt": "espresso\n" });
  const third = await commit(source, { "menu.txt": "espresso\nlungo\n" });
  expect(await mirror()).toMatchObject({ previous: first, commit: third, pushed: true, commits: 2 });
  const clone = await stage.clone(repository);
  expect(await git(clone, "log", "--format=%H %s")).toBe(await git(source, "log", "--format=%H %s"));
});

test("pushes nothing but one branch, and leaves the checked-out repository as it is", async () => {
  const { source, repository } = await stage.pair();
  await git(source, "tag", "v1");
  await git(source, "branch", "other");
  await git(source, "config", "push.followTags", "true");
  const state = async () => [
    await git(source, "status", "--porcelain"),
    await git(source, "for-each-ref"),
    await git(source, "config", "--list", "--local"),
    await git(source, "count-objects", "-v"),
  ];
  const before = await state();
  await stage.mirror(stage.context(source), { repository, path: "" });
  expect(await state()).toEqual(before);
  const clone = await stage.clone(repository);
  expect(await git(clone, "for-each-ref", "--format=%(refname)")).not.toMatch(/v1|other/);
});

test("removes commits that only the branch has by force only, and never lets an older run overtake", async () => {
  const { source, repository } = await stage.pair();
  const mirror = (inputs = {}) => stage.mirror(stage.context(source), { repository, ...inputs });
  const first = await git(source, "rev-parse", "HEAD");
  const second = await commit(source, { "menu.txt": "mocha\n" });
  await mirror();
  await git(source, "reset", "--quiet", "--hard", first);
  await expect(mirror()).rejects.toThrow(
    `This run is older than the mirrored commit: dev of ${repository} already has ${second}, which contains ${first}`,
  );
  const other = await commit(source, { "menu.txt": "latte\n" });
  await expect(mirror()).rejects.toThrow(
    `Not a fast-forward: dev of ${repository} has ${second}, which ${other} does not contain`,
  );
  expect(await stage.head(repository)).toBe(second);
  expect(await mirror({ force: "true" })).toMatchObject({ previous: second, commit: other, pushed: true });
  expect(await stage.head(repository)).toBe(other);
});

test("shows in a plan what apply would do, and does nothing", async () => {
  const { source, repository } = await stage.pair();
  const head = await git(source, "rev-parse", "HEAD");
  expect(await stage.mirror(stage.context(source), { repository, mode: "plan" })).toMatchObject({
    commit: head,
    hasChanges: true,
    pushed: false,
  });
  expect(await stage.head(repository)).toBeUndefined();
});

const definition = '{ "image": "<IMAGE1_NAME>", "role": "<Role>" }\n';
const files = {
  "infra/ecs/taskdef-customer.json": definition,
  "infra/ecs/appspec-customer.yaml": "TaskDefinition: <TASK_DEFINITION> # CodeDeploy's\n",
  "infra/network.yaml": "Resources: {}\n",
};
const placeholders = '{"Role":"arn:aws:iam::123456789012:role/PipelineRole","Unused":"x"}';

test("turns a folder into the root, with its placeholders filled, in a commit that names its origin", async () => {
  const { source, repository } = await stage.pair(files);
  const origin = await git(source, "rev-parse", "HEAD");
  const inputs = { repository, path: "infra/ecs", placeholders };
  const record = await stage.mirror(stage.context(source), inputs);
  expect(record).toMatchObject({ pushed: true, previous: "", commits: 1, sourceCommit: origin });
  const clone = await stage.clone(repository);
  expect(await git(clone, "rev-parse", "HEAD")).toBe(record.commit);
  expect(await git(clone, "ls-files")).toBe("appspec-customer.yaml\ntaskdef-customer.json");
  expect(JSON.parse(await readFile(join(clone, "taskdef-customer.json"), "utf8"))).toEqual({
    image: "<IMAGE1_NAME>",
    role: "arn:aws:iam::123456789012:role/PipelineRole",
  });
  expect(await readFile(join(clone, "appspec-customer.yaml"), "utf8")).toBe(
    files["infra/ecs/appspec-customer.yaml"],
  );
  expect(await git(clone, "log", "-1", "--format=%an <%ae> %ad|%cn %cd|%B", "--date=raw")).toBe(
    `Ada Lovelace <ada@example.com> 1767323045 +0100|Ada Lovelace 1767323045 +0100|Change the menu\n\nMirrored-from: https://github.com/coffee/suppliers@${origin}`,
  );
  expect(await git(clone, "fsck", "--strict")).toBe("");
});

test("pushes the same files once; the same snapshot is the same commit", async () => {
  const source = await stage.repository(files);
  const mirrorTo = (repository: string) =>
    stage.mirror(stage.context(source), { repository, path: "infra/ecs", placeholders });
  const [one, other] = [await stage.codecommit(), await stage.codecommit()];
  const { commit: first } = await mirrorTo(one);
  expect(await mirrorTo(one)).toMatchObject({
    commit: first,
    previous: first,
    hasChanges: false,
    pushed: false,
  });
  expect(await mirrorTo(other)).toMatchObject({ commit: first, pushed: true });
  await commit(source, { "infra/network.yaml": "Resources: { Vpc: {} }\n" });
  expect(await mirrorTo(one)).toMatchObject({ commit: first, pushed: false });
  await commit(source, { "infra/ecs/appspec-employee.yaml": "a: 1\n" });
  expect(await mirrorTo(one)).toMatchObject({
    previous: first,
    pushed: true,
    commits: 1,
    changes: [{ path: "appspec-employee.yaml", lines: { added: 1, removed: 0 } }],
  });
});

test("never lets an older run overtake a newer one, unless forced, and then on top of it", async () => {
  const { source, repository } = await stage.pair({ "app/menu.txt": "mocha\n" });
  const mirror = (inputs = {}) => stage.mirror(stage.context(source), { repository, path: "app", ...inputs });
  const first = await git(source, "rev-parse", "HEAD");
  const second = await commit(source, { "app/menu.txt": "latte\n" });
  const { commit: newest } = await mirror();
  await git(source, "checkout", "--quiet", first);
  await expect(mirror()).rejects.toThrow(
    `This run is older than the mirrored commit: dev of ${repository} was mirrored from ${second}, which is newer than ${first}`,
  );
  expect(await stage.head(repository)).toBe(newest);
  expect(await mirror({ force: "true" })).toMatchObject({
    previous: newest,
    commits: 1,
    pushed: true,
  });
  expect(await git(await stage.clone(repository), "log", "--format=%s", "HEAD")).toBe(
    "Change the menu\nChange the menu",
  );
});

test("does not overtake a branch made from a commit that this clone lacks", async () => {
  const { source, repository } = await stage.pair({ "app/menu.txt": "mocha\n" });
  await stage.mirror(stage.context(source), { repository, path: "app" });
  const other = await stage.repository({ "app/menu.txt": "chai\n" });
  await expect(stage.mirror(stage.context(other), { repository, path: "app" })).rejects.toThrow(
    "which this clone does not have",
  );
});

test("replaces somebody else's push with a warning, and keeps it in the history", async () => {
  const { source, repository } = await stage.pair({ "app/menu.txt": "mocha\n" });
  const head = await git(source, "rev-parse", "HEAD");
  await stage.mirror(stage.context(source), { repository });
  const context = stage.context(source);
  expect(await stage.mirror(context, { repository, path: "app" })).toMatchObject({
    previous: head,
    pushed: true,
  });
  expect(context.lines[0]).toContain("not a mirror commit: its files are replaced");
  expect(await git(await stage.clone(repository), "rev-parse", "HEAD~1")).toBe(head);
});
