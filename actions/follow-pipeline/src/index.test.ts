import { expect, test } from "vitest";
import { runEntry } from "../../core/entry.support.ts";
import { useStage } from "./stage.support.ts";

const pipeline = "update-web";
const stage = await useStage(pipeline);

function runAction(inputs: Record<string, string>) {
  const { simulator } = stage;
  return runEntry("follow-pipeline", { simulator, inputs: { pipeline, "settle-for": "1s", ...inputs } });
}

test("sets every output of a green run, and shows stages, sources and traffic in its summary", async () => {
  const image = await stage.push("one");
  const { exitCode, errors, outputs, summary } = await runAction({ image });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
  expect(outputs).toEqual({
    status: "succeeded",
    cause: "",
    "execution-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    started: "false",
    "deployment-id": expect.stringMatching(/^d-\w+$/),
    "revision-before": expect.stringMatching(/task-definition\/web:\d+$/),
    "revision-after": expect.stringMatching(/task-definition\/web:\d+$/),
    "image-digest": image.slice(image.indexOf("@") + 1),
    traffic: expect.stringMatching(/"green":100\}\]$/),
  });
  expect(summary).toMatch(/^### ✅ update-web: web:\d+, succeeded after .*; stayed up for /);
  expect(summary).toMatch(/\| Deploy \| Deploy \| Succeeded \| /);
  expect(summary).toContain("xychart-beta");
});

test("names the cause and the next step in a red run's only annotation, and sets its outputs", async () => {
  const image = await stage.push("crash");
  const { exitCode, errors, outputs, summary } = await runAction({ image, "max-failed-tasks": "1" });
  expect(exitCode).toBe(1);
  expect(errors).toEqual([
    expect.stringMatching(
      /^Container web exited with code 1: Error: cannot read the menu \(.*production still runs web:\d+.*execution \S+ Failed in action Deploy of stage Deploy\)\. Next step: .*start this image/,
    ),
  ]);
  expect(outputs).toMatchObject({
    status: "rolled-back",
    cause: expect.stringContaining("cannot read the menu"),
    "deployment-id": expect.stringMatching(/^d-\w+$/),
    "image-digest": expect.stringMatching(/^sha256:/),
  });
  expect(summary).toContain("cannot read the menu");
});

test("names the missing action to a role that may not read pipelines", async () => {
  stage.simulator.faults.add({ kind: "deny", operation: "codepipeline:*" });
  const { errors } = await runAction({ start: "always" });
  expect(errors).toEqual([
    expect.stringMatching(/^The AWS role may not do this: .*codepipeline:GetPipeline.* Next step: allow/),
  ]);
});
