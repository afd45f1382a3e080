import { expect, test } from "vitest";
import { runEntry } from "../../core/entry.support.ts";
import { loadBalancerTemplate, useStage } from "./stage.support.ts";

const stage = await useStage();

/** Runs the step or its post step, and cancels it where the test says so. */
async function runAction(
  changes: Record<string, string> = {},
  state: Readonly<Record<string, string>> = {},
  cancelAt?: string,
) {
  const inputs = { templates: stage.templatesFolder, "stack-prefix": "shop", ...changes };
  const ended = await runEntry("provision-stack", {
    simulator: stage.simulator,
    inputs,
    environment: state,
    onLine: (line, kill) => void (cancelAt && line.includes(cancelAt) && kill("SIGINT")),
  });
  return { ...ended, annotations: ended.lines.filter((line) => /^::(error|warning)/.test(line)) };
}

const log = (days: number) =>
  `Resources:\n  Log: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: ${days} } }\n`;

test("puts a red run's only error at the resource's line of the template", async () => {
  await stage.templates({ logs: log(2) });
  const { exitCode, annotations } = await runAction();
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([
    expect.stringMatching(
      /^::error file=\S+\/templates\/logs\.yaml,line=2::Stack shop-logs: Log \(AWS::Logs::LogGroup\) failed: .* Next step: correct /,
    ),
  ]);
});

test("has no annotation in a green run, and leaves nothing for the post step", async () => {
  await stage.templates({ logs: log(1) });
  const { exitCode, annotations, state } = await runAction();
  expect({ exitCode, annotations, state }).toEqual({
    exitCode: 0,
    annotations: [],
    state: { STATE_phase: "post", STATE_operations: "[]" },
  });
});

test("removes its new stack when cancelled, and leaves nothing for the post step", async () => {
  await stage.templates({ entry: loadBalancerTemplate });
  const { exitCode, annotations, state } = await runAction({}, {}, "IN_PROGRESS Entry");
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([
    "::error::Cancelled by SIGINT; the operation on stack shop-entry was cancelled; CloudFormation deletes the new stack",
  ]);
  const post = await runAction({}, state);
  expect(post.annotations).toEqual([]);
});
