import type { Fault } from "@ecs-delivery/simulator";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { git } from "../../core/git.support.ts";
import { commit, createStage, type Stage } from "./stage.support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterEach(() => stage.simulator.faults.clear());
afterAll(() => stage?.close());

// A push is two requests: first for the existing refs, then with what is new.
test.each<[string, Fault, string, string]>([
  [
    "GitPush is not allowed",
    { kind: "deny", operation: "codecommit:GitPush" },
    "refused access",
    "codecommit:GitPush",
  ],
  [
    "GitPull is not allowed",
    { kind: "deny", operation: "codecommit:GitPull" },
    "could not fetch dev of",
    "codecommit:GitPull",
  ],
  [
    "CodeCommit fails",
    { kind: "unavailable", operation: "codecommit:GitPush" },
    "connection to CodeCommit's Git server broke",
    "run the job again",
  ],
  [
    "the push is interrupted before it is done",
    { kind: "cut", operation: "codecommit:GitPush", after: 1 },
    "connection to CodeCommit's Git server broke",
    "run the job again",
  ],
])("%s: leaves the branch, says what to do, and can be run again", async (_, fault, message, nextStep) => {
  const { source, repository } = await stage.pair({ "app/menu.txt": "mocha\n" });
  const mirror = () => stage.mirror(stage.context(source), { repository, path: "app" });
  const { commit: before } = await mirror();
  await commit(source, { "app/menu.txt": "latte\n" });
  stage.simulator.faults.add(fault);
  await expect(mirror()).rejects.toMatchObject({
    message: expect.stringContaining(message),
    nextStep: expect.stringContaining(nextStep),
  });
  expect(await stage.head(repository)).toBe(before);
  stage.simulator.faults.clear();
  expect(await mirror()).toMatchObject({ previous: before, pushed: true });
});

test("recognizes a push whose response is lost as done", async () => {
  const { source, repository } = await stage.pair();
  stage.simulator.faults.add({ kind: "cut-answer", operation: "codecommit:GitPush", after: 1 });
  const head = await git(source, "rev-parse", "HEAD");
  expect(await stage.mirror(stage.context(source), { repository })).toMatchObject({
    commit: head,
    pushed: true,
  });
  expect(await stage.head(repository)).toBe(head);
});
