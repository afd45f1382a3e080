import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../../core/pace.ts";
import { labelsOf, readCommit } from "./arguments.ts";
import { run } from "./docker.support.ts";
import { createRunCommand } from "./docker-command.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "docker-labels-"));
});
afterAll(() => rm(folder, { recursive: true }));

const read = (variables: NodeJS.ProcessEnv) =>
  readCommit(
    folder,
    { PATH: process.env.PATH, ...variables },
    createRunCommand({ clock: systemClock, signal: new AbortController().signal }),
  );

it("takes the commit's time from Git where the event does not contain it", async () => {
  const env = { ...process.env, GIT_COMMITTER_DATE: "2026-01-02T03:04:05Z" };
  const identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
  const git = (...args: string[]) => run("git", ["-C", folder, ...identity, ...args], { env });
  await git("init", "--quiet");
  await git("commit", "--quiet", "--allow-empty", "--message=a");
  const GITHUB_SHA = (await git("rev-parse", "HEAD")).stdout.trim();
  expect(labelsOf(await read({ GITHUB_SHA }))).toEqual(
    new Map([
      ["org.opencontainers.image.revision", GITHUB_SHA],
      ["org.opencontainers.image.created", "2026-01-02T03:04:05Z"],
    ]),
  );
});

it("sets no label for what it does not know", async () => {
  expect(labelsOf(await read({}))).toEqual(new Map());
  const GITHUB_SHA = "0".repeat(40);
  expect(labelsOf(await read({ GITHUB_SHA }))).toEqual(
    new Map([["org.opencontainers.image.revision", GITHUB_SHA]]),
  );
});
