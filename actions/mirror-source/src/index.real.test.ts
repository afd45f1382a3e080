import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { type Given, startEntry } from "../../core/entry.support.ts";
import { git, variables } from "../../core/git.support.ts";
import { useStage } from "./stage.support.ts";

const expiredKey = "ASIAOVER";
const stage = await useStage({ expiredAccessKeys: [expiredKey] });

async function runAction(
  source: string,
  inputs: Record<string, string>,
  environment: Record<string, string> = {},
  onLine?: Given["onLine"],
) {
  const ended = await startEntry("mirror-source", {
    simulator: stage.simulator,
    inputs,
    environment: { ...variables, RUNNER_TEMP: stage.folder, ...environment },
    folder: source,
    onLine,
  });
  return {
    ...ended,
    annotations: ended.lines.filter((line) => line.startsWith("::error")),
    left: (await readdir(stage.folder)).filter((name) => /^mirror-/.test(name)),
  };
}

test("sets every output of a green run, shows what was pushed, masks what signed, and leaves nothing behind", async () => {
  const { source, repository } = await stage.pair();
  const head = await git(source, "rev-parse", "HEAD");
  const { exitCode, annotations, outputs, summary, lines, left } = await runAction(source, { repository });
  expect({ exitCode, annotations, left }).toEqual({ exitCode: 0, annotations: [], left: [] });
  expect(outputs).toEqual({
    commit: head,
    "previous-commit": "",
    "has-changes": "true",
    pushed: "true",
    "repository-url": `${stage.simulator.endpoint}/v1/repos/${repository}`,
  });
  expect(summary).toContain(`### ✅ dev of CodeCommit repository ${repository}: pushed`);
  expect(summary).toContain("| README.md | +1 | −0 |");
  expect(summary).toContain(
    `(https://us-east-1.console.aws.amazon.com/codesuite/codecommit/repositories/${repository}/commit/${head}?region=us-east-1)`,
  );
  expect(lines.filter((line) => line.startsWith("::add-mask::")).length).toBeGreaterThan(0);
});

test.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
  ["expired keys", {}, { AWS_ACCESS_KEY_ID: expiredKey }, /The AWS credentials have expired/],
  ["a missing region", {}, { AWS_REGION: "", AWS_DEFAULT_REGION: "" }, /No AWS region is set/],
  ["a missing repository", { repository: "none" }, {}, /CodeCommit repository none does not exist/],
  ["an unfilled placeholder", { path: "ecs", placeholders: "{}" }, {}, /file=ecs\/a\.json,line=1::.*<Role>/],
  ["several wrong inputs", { repository: "", path: "/" }, {}, /2 inputs are wrong/],
])("reports %s in one annotation with a next step", async (_, inputs, environment, message) => {
  const { source, repository } = await stage.pair({ "ecs/a.json": '{"a":"<Role>"}' });
  const { exitCode, annotations, left } = await runAction(source, { repository, ...inputs }, environment);
  expect({ exitCode, left }).toEqual({ exitCode: 1, left: [] });
  expect(annotations).toEqual([expect.stringMatching(message)]);
  expect(annotations[0]).toContain("Next step: ");
  expect(await stage.head(repository)).toBeUndefined();
});

test("names the permission of a denied call, in the summary too", async () => {
  stage.simulator.faults.add({ kind: "deny", operation: "codecommit:GetBranch" });
  const { annotations, outputs, summary } = await runAction(await stage.repository(), {
    repository: await stage.codecommit(),
  });
  expect(annotations).toEqual([expect.stringMatching(/may not do this: .*codecommit:GetBranch/)]);
  expect(outputs).toMatchObject({ pushed: "false", commit: "" });
  expect(summary).toMatch(/### ❌ .*: not mirrored\n\n\*\*.*codecommit:GetBranch/);
});

test("ends a cancelled job at once, with the commits that the branch may contain", async () => {
  const { source, repository } = await stage.pair();
  stage.simulator.faults.add({ kind: "delay", operation: "codecommit:GitPush", milliseconds: 60_000 });
  const { exitCode, annotations, left } = await runAction(
    source,
    { repository },
    {},
    (line, kill) => void (line.startsWith("Pushing ") && kill("SIGINT")),
  );
  expect({ exitCode, left }).toEqual({ exitCode: 1, left: [] });
  expect(annotations).toEqual([
    expect.stringMatching(/Cancelled by SIGINT; dev of \S+ has either nothing or/),
  ]);
  expect(await stage.head(repository)).toBeUndefined();
});
