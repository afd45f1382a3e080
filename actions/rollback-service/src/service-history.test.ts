import type { DeploymentInfo } from "@aws-sdk/client-codedeploy";
import { describe, expect, test } from "vitest";
import { named } from "../../core/fake-aws.support.ts";
import { createVirtualAccount } from "../../delivery/deployment/virtual-run.support.ts";
import { readRollbackInputs } from "./inputs.ts";
import { findLastGood, isWayBack, openCodeDeployHistory, type PastDeployment } from "./service-history.ts";

/** Parses a history, oldest first: `7` succeeded, `!8` did not, `<7` is AWS's own rollback. */
function history(text: string): PastDeployment[] {
  const words = text.split(" ").filter(Boolean);
  const deployments = words.map((word, index) => ({
    id: `d-${index + 1}`,
    name: `deployment d-${index + 1}`,
    status: word.startsWith("!") ? "Stopped" : "Succeeded",
    state: word.startsWith("!") ? ("unsuccessful" as const) : ("succeeded" as const),
    revision: word.endsWith("?") ? undefined : `web:${/\d+/.exec(word)?.[0]}`,
    isRollback: word.startsWith("<"),
  }));
  return deployments.toReversed();
}

const runs = (number: number, runningCount = 1) => ({
  revision: `web:${number}`,
  runningCount,
  desiredCount: 1,
  settled: true,
});
const webs = (numbers: number[]) => numbers.map((number) => `web:${number}`);

describe("candidates, the best first", () => {
  test.each<[string, string, number, number[]]>([
    ["a good release and a bad one", "6 7", 7, [6]],
    ["several", "5 6 7", 7, [6, 5]],
    ["a failed deployment in between does not count", "6 !7 8", 8, [6]],
    ["an undone revision does not count", "6 7 8 7 9", 9, [7, 6]],
    ["a revision undone twice does not count", "5 6 7 6 8 6 9", 9, [6, 5]],
    ["a rollback by AWS adds nothing", "6 7 !8 <7 9", 9, [7, 6]],
    ["a repeated deployment is one release", "6 7 7", 7, [6]],
    ["a revision that AWS does not show is skipped", "5 6? 7", 7, [5]],
    ["a failed deployment that stayed in production", "6 7 !8", 8, [7, 6]],
    ["production that no deployment explains", "6 7", 12, [7, 6]],
    ["a first release", "7", 7, []],
    ["no deployment at all", "", 7, []],
  ])("%s: %s", (_, text, current, expected) => {
    expect(findLastGood(history(text), runs(current))).toEqual({ candidates: webs(expected) });
  });

  test("prefers the revision it went back to, but does not run, over older ones", () => {
    expect(findLastGood(history("6 7 !8"), runs(7, 0))).toEqual({ candidates: ["web:7", "web:6"] });
  });
});

describe("production is back already", () => {
  test.each<[string, string, number, string]>([
    [
      "after a failed release",
      "6 7 !8",
      7,
      "deployment d-3 of web:8, the newest one, is Stopped and not in production",
    ],
    ["after a rollback by AWS", "6 7 !8 <7", 7, "deployment d-4 already rolled production back"],
    [
      "after a failed first deployment",
      "!2",
      1,
      "deployment d-1 of web:2, the newest one, is Stopped and not in production",
    ],
    ["after a rollback on request", "6 7 8 7", 7, "production was already rolled back from web:8"],
    [
      "after something that no deployment explains",
      "6 7 8",
      7,
      "production was already rolled back from web:8",
    ],
  ])("%s: %s", (_, text, current, there) => {
    expect(findLastGood(history(text), runs(current))).toEqual({ there });
  });
});

test.each<[string, string, boolean]>([
  ["web:6", "6 7", true],
  ["web:7", "6 7", false],
  ["web:8", "6 7", false],
])("detects whether a deployment of %s after %s is a rollback: %s", (revision, text, expected) => {
  expect(isWayBack(history(text), revision)).toBe(expected);
});

const arnOf = (number: number) => `arn:aws:ecs:us-east-1:1:task-definition/web:${number}`;

/** Returns what CodeDeploy does: the digest of the AppSpec, without its text. */
const deployment = (number: number, parts: DeploymentInfo = {}): DeploymentInfo => ({
  deploymentId: `d-${number}`,
  status: "Succeeded",
  createTime: new Date(number * 1_000),
  revision: { revisionType: "AppSpecContent", appSpecContent: { sha256: `sha-${number}` } },
  ...parts,
});

describe("the history in CodeDeploy", () => {
  function historyOf(...infos: DeploymentInfo[]) {
    const account = createVirtualAccount("CODE_DEPLOY");
    Object.assign(account.answers, {
      ListDeployments: { deployments: infos.map(({ deploymentId }) => deploymentId) },
      BatchGetDeployments: { deploymentsInfo: infos },
      GetApplicationRevision: ({ revision }: { revision: { appSpecContent: { sha256: string } } }) => {
        const number = Number(revision.appSpecContent.sha256.slice("sha-".length));
        const json = `{"TaskDefinition":"${arnOf(number)}"}`;
        const content = number % 2 ? json : `TaskDefinition: ${arnOf(number)}\n`;
        return { revision: { revisionType: "AppSpecContent", appSpecContent: { content } } };
      },
    });
    const given: Record<string, string> = { cluster: "c", service: "web" };
    const inputs = readRollbackInputs((name) => given[name] ?? "");
    return { account, list: openCodeDeployHistory(account.context().context, inputs).list };
  }
  const list = (...infos: DeploymentInfo[]) => historyOf(...infos).list();

  test("reads the AppSpec's text, JSON or YAML, from the application, once for each", async () => {
    const again = deployment(9, { revision: deployment(7).revision });
    const { account, list } = historyOf(deployment(7), deployment(8), again);
    expect((await list()).map(({ id, revision }) => [id, revision])).toEqual([
      ["d-9", arnOf(7)],
      ["d-8", arnOf(8)],
      ["d-7", arnOf(7)],
    ]);
    expect(account.inputs("GetApplicationRevision")).toHaveLength(2);
  });

  test.each<[string, DeploymentInfo, object]>([
    ["that is in progress", { status: "Ready" }, { state: "ongoing", isRollback: false }],
    ["that failed", { status: "Failed" }, { state: "unsuccessful" }],
    ["by which AWS rolls back", { creator: "codeDeployRollback" }, { state: "succeeded", isRollback: true }],
    [
      "whose AppSpec is an object of S3",
      { revision: { revisionType: "S3", s3Location: { bucket: "b", key: "k" } } },
      { revision: undefined },
    ],
  ])("reads a deployment %s", async (_, parts, expected) => {
    expect((await list(deployment(7, parts)))[0]).toMatchObject(expected);
  });

  test("accepts that the application no longer has an AppSpec", async () => {
    const { account, list } = historyOf(deployment(7));
    account.answers.GetApplicationRevision = named("RevisionDoesNotExistException");
    expect((await list())[0]).toMatchObject({ id: "d-7", revision: undefined });
  });

  test("reads a group without deployments", async () => {
    expect(await list()).toEqual([]);
  });
});
