import type { PipelineExecutionSummary } from "@aws-sdk/client-codepipeline";
import { expect, test } from "vitest";
import type { FollowContext } from "./context.ts";
import { findExecution, notStarted } from "./executions.ts";
import type { WantedSource } from "./pipeline.ts";

const wanted: WantedSource[] = [{ kind: "image", revision: "sha256:new", actions: ["Image"] }];

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

/** Runs the search; each poll sees the next of these histories, and from then on the last. */
async function find(histories: readonly (readonly PipelineExecutionSummary[])[], deadlineMs = 3_600_000) {
  let polls = 0;
  const send = async () => {
    const history = histories[Math.min(polls++, histories.length - 1)] ?? [];
    return { pipelineExecutionSummaries: [...history] };
  };
  let now = 0;
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const context = {
    clients: { codepipeline: { send } },
    clock: {
      now: () => now,
      wait: async (ms: number) => {
        now += ms;
      },
    },
    log: { info: write, notice: write, warning: write },
    signal: new AbortController().signal,
    keepForPost: () => {},
  } as unknown as FollowContext;
  const found = await findExecution(context, {
    pipeline: "update-web",
    wanted,
    deadlineAt: deadlineMs,
  });
  return { id: found.execution?.id, history: found.history, waitedMs: now, lines };
}

test.each<[string, PipelineExecutionSummary[][], string | undefined]>([
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
    undefined,
  ],
  ["no earlier failure", [[execution("e-1", "Failed", "sha256:new")]], undefined],
  ["none with another image", [[execution("e-1", "InProgress", "sha256:old")]], undefined],
])("finds %s", async (_, histories, id) => {
  expect((await find(histories)).id).toBe(id);
});

test("waits beyond the time for events for an execution that still reads its sources", async () => {
  const reading = Array.from({ length: 40 }, () => [execution("e-2", "InProgress")]);
  const { id, waitedMs } = await find([...reading, [execution("e-2", "InProgress", "sha256:new")]]);
  expect(id).toBe("e-2");
  expect(waitedMs).toBeGreaterThan(120_000);
});

test("stops waiting for it at the deadline", async () => {
  const { id, waitedMs } = await find([[execution("e-2", "InProgress")]], 300_000);
  expect(id).toBeUndefined();
  expect(waitedMs).toBeLessThan(320_000);
});

test.each<[string, PipelineExecutionSummary[], RegExp, RegExp]>([
  [
    "a rule that worked before",
    [execution("e-1", "Succeeded", "sha256:old", "arn:aws:events:us-east-1:123456789012:rule/pushed")],
    /within 2 min; the EventBridge rule pushed started it before, but not now$/,
    /^check that the rule is enabled/,
  ],
  [
    "an earlier failure of the same image",
    [execution("e-1", "Failed", "sha256:new")],
    /; an earlier execution with it, e-1, Failed$/,
    /create the rule/,
  ],
])("reports %s when nothing starts", async (_, summaries, message, nextStep) => {
  const { history } = await find([summaries]);
  const failure = notStarted("update-web", wanted, history);
  expect(failure.message).toMatch(message);
  expect(failure.nextStep).toMatch(nextStep);
});

test("refers a commit on a branch that the pipeline does not watch to the branch that it watches", async () => {
  const rule = "arn:aws:events:us-east-1:123456789012:rule/changed";
  const { history } = await find([[execution("e-1", "Succeeded", "old", rule)]]);
  const commit = {
    kind: "commit" as const,
    revision: "0a1b",
    actions: ["Source"],
    watched: ["branch main of definitions"],
  };
  const { nextStep } = notStarted("update-web", [commit], history);
  expect(nextStep).toMatch(
    /^push the commit to branch main of definitions, the only source that the pipeline watches/,
  );
});
