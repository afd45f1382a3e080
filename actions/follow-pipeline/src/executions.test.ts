import type { PipelineExecutionSummary } from "@aws-sdk/client-codepipeline";
import { expect, test } from "vitest";
import type { Failure } from "../../core/failure.ts";
import { settleExecution } from "./executions.ts";
import type { Following } from "./follow.ts";
import type { WantedSource } from "./pipeline.ts";
import { PipelineRecord } from "./record.ts";

const image: WantedSource = { kind: "image", revision: "sha256:new", actions: ["Image"] };

function execution(
  id: string,
  status: PipelineExecutionSummary["status"],
  image?: string,
  rule?: string,
): PipelineExecutionSummary {
  return {
    pipelineExecutionId: id,
    status,
    sourceRevisions: image ? [{ actionName: "Image", revisionId: image }] : [],
    ...(rule && { trigger: { triggerType: "CloudWatchEvent", triggerDetail: rule } }),
  };
}

/** Searches without starting one; each poll sees the next of these histories, and from then on the last. */
async function find(
  histories: readonly (readonly PipelineExecutionSummary[])[],
  { wanted = image, deadlineAt = 3_600_000 } = {},
) {
  let polls = 0;
  const send = async () => {
    const history = histories[Math.min(polls++, histories.length - 1)] ?? [];
    return { pipelineExecutionSummaries: [...history] };
  };
  let waitedMs = 0;
  const ignore = () => {};
  const context = {
    clients: { codepipeline: { send } },
    clock: {
      now: () => waitedMs,
      wait: async (ms: number) => {
        waitedMs += ms;
      },
    },
    log: { info: ignore, notice: ignore, warning: ignore },
    signal: new AbortController().signal,
    keepForPost: ignore,
  };
  const record = new PipelineRecord("update-web");
  const inputs = { pipeline: "update-web", start: "never" };
  const deployments = { ongoing: () => [] };
  const following = { context, inputs, record, wanted: [wanted], deployments, deadlineAt };
  const failure: Failure | undefined = await settleExecution(following as unknown as Following, {
    name: "update-web",
    roleArn: "",
    stages: [],
  }).then(
    () => undefined,
    (error) => error,
  );
  return { id: record.executionId, failure, waitedMs };
}

test.each<[string, PipelineExecutionSummary[][], string]>([
  ["one in progress", [[execution("e-2", "InProgress", "sha256:new")]], "e-2"],
  [
    "one that the event starts a little later",
    [[execution("e-1", "Succeeded", "sha256:old")], [execution("e-2", "InProgress", "sha256:new")]],
    "e-2",
  ],
  [
    "one that is over at the second poll",
    [[], [execution("e-2", "Failed", "sha256:new"), execution("e-1", "Succeeded", "sha256:old")]],
    "e-2",
  ],
  ["the last success, with nothing after it", [[execution("e-1", "Succeeded", "sha256:new")]], "e-1"],
  [
    "no success that another execution followed",
    [[execution("e-2", "Succeeded", "sha256:old"), execution("e-1", "Succeeded", "sha256:new")]],
    "",
  ],
  ["no earlier failure", [[execution("e-1", "Failed", "sha256:new")]], ""],
  ["none with another image", [[execution("e-1", "InProgress", "sha256:old")]], ""],
])("finds %s", async (_, histories, id) => {
  expect((await find(histories)).id).toBe(id);
});

test("waits beyond the time for events for an execution that still reads its sources, until the deadline", async () => {
  const reading = [execution("e-2", "InProgress")];
  const polls = Array.from({ length: 40 }, () => reading);
  const { id, waitedMs } = await find([...polls, [execution("e-2", "InProgress", "sha256:new")]]);
  expect(id).toBe("e-2");
  expect(waitedMs).toBeGreaterThan(120_000);
  const late = await find([reading], { deadlineAt: 300_000 });
  expect(late.id).toBe("");
  expect(late.waitedMs).toBeLessThan(320_000);
});

const rule = "arn:aws:events:us-east-1:123456789012:rule/pushed";
const commit: WantedSource = {
  kind: "commit",
  revision: "0a1b",
  actions: ["Source"],
  watched: ["branch main of definitions"],
};

test.each<[string, PipelineExecutionSummary, WantedSource, RegExp, RegExp]>([
  [
    "a rule that worked before",
    execution("e-1", "Succeeded", "sha256:old", rule),
    image,
    /within 2 min; the EventBridge rule pushed started it before, but not now$/,
    /^check that the rule is enabled/,
  ],
  [
    "an earlier failure of the same image",
    execution("e-1", "Failed", "sha256:new"),
    image,
    /; an earlier execution with it, e-1, Failed$/,
    /create the rule/,
  ],
  [
    "the branch that the pipeline watches",
    execution("e-1", "Succeeded", "old", rule),
    commit,
    /^Nothing started update-web for commit 0a1b/,
    /^push the commit to branch main of definitions, the only source that the pipeline watches/,
  ],
])("reports %s when nothing starts", async (_, summary, wanted, message, nextStep) => {
  const { failure } = await find([[summary]], { wanted });
  expect(failure?.message).toMatch(message);
  expect(failure?.nextStep).toMatch(nextStep);
});
