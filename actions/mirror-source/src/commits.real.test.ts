import { afterAll, beforeAll, expect, test } from "vitest";
import { git } from "../../core/git.support.ts";
import { commit, createStage, type Stage } from "./stage.support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage?.close());

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
