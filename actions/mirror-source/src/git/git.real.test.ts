import { once } from "node:events";
import { watch } from "node:fs";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, test } from "vitest";
import { variables } from "../../../core/git.support.ts";
import { createGit, GitError } from "./git.ts";

const folder = useFolder();
const { signal } = new AbortController();

test("ends a cancelled command with all that it started", async () => {
  const cancellation = new AbortController();
  const git = createGit(folder, { variables, signal: cancellation.signal });
  const watcher = watch(folder);
  const started = once(watcher, "change");
  // The shell's child keeps the output open while it lives.
  const running = git.text(["-c", "alias.stay=!sleep 600 & touch started; wait", "stay"]);
  const outcome = expect(running).rejects.toThrow("cancelled");
  await started;
  watcher.close();
  cancellation.abort(new Error("cancelled"));
  await outcome;
});

test("takes neither another repository nor other configuration from the environment", async () => {
  const given = { ...variables, GIT_DIR: "/elsewhere", GIT_CONFIG_COUNT: "1", GIT_TRACE: "1" };
  const git = createGit(folder, { variables: given, signal }, [["coffee.kind", "mocha"]]);
  expect(await git.text(["config", "coffee.kind"])).toBe("mocha");
  expect(await git.test(["rev-parse", "--git-dir"])).toBe(false);
});

test("keeps git's message when it fails", async () => {
  const git = createGit(folder, { variables, signal });
  const error = await git.text(["rev-parse", "HEAD"]).catch((reason) => reason);
  expect(error).toBeInstanceOf(GitError);
  expect(error.message).toMatch(/^git rev-parse ended with 128: fatal: not a git repository/);
});
