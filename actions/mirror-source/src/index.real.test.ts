import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createStage, git, type Stage, variables } from "./stage.support.ts";

const expiredKey = "ASIAOVER";
let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ expiredAccessKeys: [expiredKey] });
});
afterEach(() => stage.simulator.faults.clear());
afterAll(() => stage?.close());

/** Runs the action as the runner does: a process with INPUT_… and files for outputs and summary. */
async function runAction(source: string, environment: Record<string, string>, cancelAt?: string) {
  const [output, summary] = [join(stage.folder, "output"), join(stage.folder, "summary")];
  await Promise.all([writeFile(output, ""), writeFile(summary, "")]);
  const env = {
    ...variables,
    ...stage.simulator.environmentVariables,
    RUNNER_TEMP: stage.folder,
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
    ...environment,
  };
  const entry = fileURLToPath(new URL("index.ts", import.meta.url));
  const child = spawn(process.execPath, [entry], { env, cwd: source });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (cancelAt && line.startsWith(cancelAt)) child.kill("SIGINT");
  });
  const [exitCode] = await once(child, "close");
  const outputs = (await readFile(output, "utf8")).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return {
    exitCode,
    lines,
    annotations: lines.filter((line) => line.startsWith("::error")),
    outputs: Object.fromEntries([...outputs].map(([, name, , value]) => [name, value])),
    summary: await readFile(summary, "utf8"),
    left: (await readdir(stage.folder)).filter((name) => /^mirror-/.test(name)),
  };
}

test("a green run sets every output, tells what went over, masks what signed, and leaves nothing behind", async () => {
  const [source, repository] = [await stage.repository(), await stage.codecommit()];
  const head = await git(source, "rev-parse", "HEAD");
  const { exitCode, annotations, outputs, summary, lines, left } = await runAction(source, {
    INPUT_REPOSITORY: repository,
  });
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

test.each<[string, Record<string, string>, RegExp]>([
  ["keys that are over", { AWS_ACCESS_KEY_ID: expiredKey }, /The AWS credentials have expired/],
  ["a missing region", { AWS_REGION: "", AWS_DEFAULT_REGION: "" }, /No AWS region is set/],
  ["no such repository", { INPUT_REPOSITORY: "none" }, /There is no CodeCommit repository none/],
  [
    "a placeholder that stays open",
    { INPUT_PATH: "ecs", INPUT_PLACEHOLDERS: "{}" },
    /file=ecs\/a\.json,line=1::.*<Role>/,
  ],
  ["several wrong inputs", { INPUT_REPOSITORY: "", INPUT_PATH: "/" }, /2 inputs are wrong/],
])("%s is one annotation with a next step", async (_, environment, message) => {
  const [source, repository] = [
    await stage.repository({ "ecs/a.json": '{"a":"<Role>"}' }),
    await stage.codecommit(),
  ];
  const { exitCode, annotations, left } = await runAction(source, {
    INPUT_REPOSITORY: repository,
    ...environment,
  });
  expect({ exitCode, left }).toEqual({ exitCode: 1, left: [] });
  expect(annotations).toEqual([expect.stringMatching(message)]);
  expect(annotations[0]).toContain("Next step: ");
  expect(await stage.head(repository)).toBeUndefined();
});

test("a denied call names the permission, in the summary too", async () => {
  stage.simulator.faults.add({ kind: "deny", operation: "codecommit:GetBranch" });
  const { annotations, outputs, summary } = await runAction(await stage.repository(), {
    INPUT_REPOSITORY: await stage.codecommit(),
  });
  expect(annotations).toEqual([expect.stringMatching(/may not do this: .*codecommit:GetBranch/)]);
  expect(outputs).toMatchObject({ pushed: "false", commit: "" });
  expect(summary).toMatch(/### ❌ .*: not mirrored\n\n\*\*.*codecommit:GetBranch/);
});

test("a cancelled job ends at once, with what the branch may hold", async () => {
  const [source, repository] = [await stage.repository(), await stage.codecommit()];
  stage.simulator.faults.add({ kind: "delay", operation: "codecommit:GitPush", milliseconds: 60_000 });
  const { exitCode, annotations, left } = await runAction(
    source,
    { INPUT_REPOSITORY: repository },
    "Pushing ",
  );
  expect({ exitCode, left }).toEqual({ exitCode: 1, left: [] });
  expect(annotations).toEqual([
    expect.stringMatching(/Cancelled by SIGINT; dev of \S+ holds either nothing or/),
  ]);
  expect(await stage.head(repository)).toBeUndefined();
});
