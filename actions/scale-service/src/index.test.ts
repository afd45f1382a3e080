import { afterAll, expect, test } from "vitest";
import { runEntry } from "../../core/entry.support.ts";
import { createStage } from "./stage.support.ts";

const stage = await createStage("CodeDeploy");
afterAll(() => stage.close());

/** Runs the step, which may get a signal at a line of its log, and then its post step. */
async function runAction(
  changes: Record<string, string>,
  environment: Record<string, string> = {},
  { at, signal }: { at?: RegExp; signal?: NodeJS.Signals } = {},
) {
  const inputs = { cluster: "outside", service: "web", "settle-for": "1s", ...changes };
  const given = { simulator: stage.simulator, inputs, environment };
  const step = await runEntry("scale-service", {
    ...given,
    onLine: (line, kill) => void (signal && at?.test(line) && kill(signal)),
  });
  const post = await runEntry("scale-service", {
    ...given,
    environment: { ...environment, ...step.state },
  });
  return { ...step, post: post.lines };
}

test("sets every output of a green run and shows before and after", async () => {
  const { exitCode, errors, outputs, summary, post } = await runAction({ "desired-count": "2" });
  expect({ exitCode, errors, post }).toEqual({ exitCode: 0, errors: [], post: [] });
  expect(outputs).toEqual({
    status: "succeeded",
    cause: "",
    "desired-count": "2",
    "previous-desired-count": "1",
    "running-count": "2",
    autoscaling: "null",
    durations: expect.stringMatching(/^\{"requested":0,"running":\d+,"healthy":\d+,"serving":\d+\}$/),
    changed: "true",
    "has-changes": "true",
  });
  expect(summary).toContain("✅ web: 2 of 2 tasks run and serve after");
  expect(summary).toContain("| Desired tasks | 1 | 2 |");
});

test("restores the count itself when cancelled, and its post step does nothing more", async () => {
  const before = (await stage.service()).desired;
  const { exitCode, errors, outputs, post } = await runAction(
    { "desired-count": "4", "on-cancel": "restore" },
    {},
    { at: /Set the desired count/, signal: "SIGINT" },
  );
  expect(exitCode).toBe(1);
  expect(errors).toEqual([`Cancelled by SIGINT; it is being scaled back to ${before} (on-cancel: restore)`]);
  expect(outputs).toMatchObject({ status: "cancelled", "previous-desired-count": String(before) });
  expect(post).toEqual([]);
  expect((await stage.service()).desired).toBe(before);
});
