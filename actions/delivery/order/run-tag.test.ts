import { expect, test } from "vitest";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs } from "../inputs.ts";
import { DeploymentRecord } from "../record.ts";
import { describeRun, type Run, readRun } from "./run.ts";
import {
  isSameWorkflow,
  readRunTag,
  refuseOlderRun,
  runTagKey,
  writeRollbackTag,
  writeRunTag,
} from "./run-tag.ts";

const env = {
  GITHUB_REPOSITORY: "octocat/shop",
  GITHUB_WORKFLOW_REF: "octocat/shop/.github/workflows/deploy.yml@refs/heads/main",
  GITHUB_WORKFLOW: "Deploy",
  GITHUB_RUN_ID: "987",
  GITHUB_RUN_NUMBER: "12",
  GITHUB_RUN_ATTEMPT: "2",
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_SHA: "0123456789abcdef0123",
};

const runOf = (changes: Record<string, string> = {}) => readRun({ ...env, ...changes }) as Run;

test("writes run, attempt, revision and workflow into a tag", () => {
  const value = writeRunTag(runOf(), "web:7");
  expect(value).toBe("run=12.2 revision=web:7 workflow=octocat/shop/.github/workflows/deploy.yml");
  const workflow = "octocat/shop/.github/workflows/deploy.yml";
  expect(readRunTag(value)).toEqual({ number: 12, attempt: 2, revision: "web:7", workflow });
});

test("reads no run outside of GitHub Actions, or from text that a person wrote", () => {
  expect([readRun({}), readRunTag("by hand"), readRunTag(undefined)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

const long = `octocat/shop/.github/workflows/${"x".repeat(300)}.yml@refs/heads/main`;

test.each<[string, Record<string, string>, Record<string, string>, boolean]>([
  ["another run of it", {}, { GITHUB_RUN_NUMBER: "13" }, true],
  ["another branch's run of it", {}, { GITHUB_WORKFLOW_REF: `${env.GITHUB_WORKFLOW_REF}-2` }, true],
  ["another workflow", {}, { GITHUB_WORKFLOW_REF: "octocat/shop/.github/workflows/other.yml@x" }, false],
  ["another repository", {}, { GITHUB_REPOSITORY: "octocat/mall" }, false],
  [
    "a name that fills the tag, and a longer number",
    { GITHUB_WORKFLOW_REF: long, GITHUB_RUN_NUMBER: "1000" },
    { GITHUB_WORKFLOW_REF: long },
    true,
  ],
  [
    "a name with other characters",
    { GITHUB_WORKFLOW_REF: "", GITHUB_WORKFLOW: "Ship, now!" },
    { GITHUB_WORKFLOW_REF: "", GITHUB_WORKFLOW: "Ship, now!" },
    true,
  ],
])("compares the workflows of two runs: %s", (_, tagged, running, same) => {
  const tag = readRunTag(writeRunTag(runOf(tagged), "web:7"));
  expect(tag && isSameWorkflow(tag, runOf(running))).toBe(same);
});

type Tag = NonNullable<ReturnType<typeof readRunTag>>;
const tagOf = (number: string, revision: string) =>
  readRunTag(writeRunTag(runOf({ GITHUB_RUN_NUMBER: number }), revision)) as Tag;

test("keeps number and workflow of the undone run in a rollback's tag, with the undone revision", () => {
  const value = writeRollbackTag(tagOf("13", "web:8"), "web:7");
  expect(value).toBe(
    "run=13.2 revision=web:7 undone=web:8 workflow=octocat/shop/.github/workflows/deploy.yml",
  );
  const tag = readRunTag(value);
  expect(tag).toMatchObject({ number: 13, revision: "web:7", undone: "web:8" });
  expect(tag && isSameWorkflow(tag, runOf())).toBe(true);
});

test.each([
  ["further back", "web:6", "run=13.2 revision=web:6 undone=web:8 "],
  ["forward again to what was undone", "web:8", "run=13.2 revision=web:8 workflow="],
])("writes the tag of a second rollback, %s", (_, revision, begin) => {
  const first = readRunTag(writeRollbackTag(tagOf("13", "web:8"), "web:7"));
  expect(first && writeRollbackTag(first, revision).startsWith(begin)).toBe(true);
});

test("shows in AWS the run that requested a rollback, and no commit", () => {
  expect(describeRun(readRun(env, "rollback"))).toBe(
    "Rollback by octocat/shop, run 12: https://github.com/octocat/shop/actions/runs/987/attempts/2",
  );
});

const afterRollback =
  "run=13.1 revision=web:7 undone=web:8 workflow=octocat/shop/.github/workflows/deploy.yml";

function refusal(number: number, inProduction: string, kind?: Run["kind"]) {
  const run = readRun({ ...env, GITHUB_RUN_NUMBER: String(number) }, kind);
  const service = { tags: [{ key: runTagKey, value: afterRollback }] };
  const production = { revision: `arn:task-definition/${inProduction}` };
  const record = new DeploymentRecord("c", "web");
  try {
    refuseOlderRun({ run } as DeliveryContext, { force: false, service: "web" } as DeployInputs, record, {
      service,
      production,
    } as RunningService);
    return undefined;
  } catch (error) {
    expect(record.status).toBe("superseded");
    return (error as Error).message;
  }
}

const workflow = ".github/workflows/deploy.yml";
test.each([
  [
    "an older run",
    12,
    "web:7",
    `Run 13 of ${workflow} has already deployed web:8 of web, which was rolled back on request to web:7; this is the older run 12`,
  ],
  ["a retry of the undone run", 13, "web:7", undefined],
  ["a newer run", 14, "web:7", undefined],
  [
    "an older run after a failed rollback",
    12,
    "web:8",
    `Run 13 of ${workflow} has already deployed web:8 of web; this is the older run 12`,
  ],
  ["an older run once production is another revision", 12, "web:9", undefined],
])("checks the order of runs after a rollback on request: %s", (_, number, inProduction, message) => {
  expect(refusal(number, inProduction)).toBe(message);
});

test("never calls a rollback older", () => {
  expect(refusal(1, "web:7", "rollback")).toBeUndefined();
});
