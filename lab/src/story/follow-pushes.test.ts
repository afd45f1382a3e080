import { expect, it } from "vitest";
import { createPushFollower, exampleOfManualRun } from "./follow-pushes.ts";

const ref = "refs/heads/main";
const [first, second, third] = ["1", "2", "3"].map((digit) => digit.repeat(40)) as [string, string, string];
const rollback = ["workflow=rollback.yml", "service=customer"];

function start() {
  const started: string[] = [];
  const said: string[] = [];
  const { handlers, main } = createPushFollower({
    gitDirectory: "/none",
    async startDeploy({ before, after }) {
      started.push(`deploy ${before[0]}..${after[0]}`);
      throw new Error("it ended");
    },
    async startManually({ file, inputs }, commit) {
      started.push(`${file} ${JSON.stringify(inputs)} at ${commit[0]}`);
      throw new Error("it ended");
    },
    say: (line) => said.push(line),
  });
  return { handlers, main, started, said };
}

it("deploys what changed since the last push that deployed, whatever ran between", async () => {
  const { handlers, main, started, said } = start();
  handlers.onPush({ commit: first, ref, options: [] });
  expect(handlers.onPush({ commit: second, ref, options: rollback })).toBe(
    "rollback.yml starts; the rehearsal's terminal shows it",
  );
  expect(main()).toBe(second);
  handlers.onPush({ commit: third, ref, options: [] });
  expect(started).toEqual(["deploy 0..1", 'rollback.yml {"service":"customer"} at 2', "deploy 1..3"]);
  await Promise.resolve();
  expect(said).toEqual(["it ended", "it ended", "it ended"]);
});

it.each([
  [
    "another branch",
    { commit: second, ref: "refs/heads/x" },
    "only a push to main deploys, not refs/heads/x",
  ],
  [
    "a deployed commit",
    { commit: first, ref },
    `main is at 1111111 already. To start a workflow:\n  ${exampleOfManualRun}`,
  ],
])("starts nothing for %s", (_, push, text) => {
  const { handlers, started } = start();
  handlers.onPush({ commit: first, ref, options: [] });
  expect(handlers.onPush({ ...push, options: [] })).toContain(text);
  expect(started).toHaveLength(1);
});

it("refuses a workflow on another branch", async () => {
  const { handlers } = start();
  const push = { commit: first, ref: "refs/heads/x", options: rollback };
  await expect(handlers.check(push, {})).rejects.toThrow("a workflow runs on main, not on refs/heads/x");
});
