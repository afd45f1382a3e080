import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { errorsIn, readOutputs } from "../../deploy-service/src/fault-matrix/step.ts";
import { createStage, type Stage, until } from "./stage.support.ts";

let stage: Stage;
let folder: string;
beforeAll(async () => {
  stage = await createStage("CodeDeploy");
  folder = await mkdtemp(join(tmpdir(), "scale-test-"));
});
afterAll(async () => {
  await stage?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the action as the runner does: a process for the step, which may get a signal at a line of its log, and one for its post step. */
async function runAction(
  inputs: Record<string, string>,
  { at, signal, ...environment }: { at?: RegExp; signal?: NodeJS.Signals; [name: string]: unknown } = {},
) {
  const files = ["outputs", "state", "summary"].map((name) => join(folder, name));
  const [outputFile = "", stateFile = "", summaryFile = ""] = files;
  await Promise.all(files.map((file) => writeFile(file, "")));
  const given = { cluster: "outside", service: "web", ...inputs };
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    ...stage.simulator.environmentVariables,
    ...Object.fromEntries(
      Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
    GITHUB_OUTPUT: outputFile,
    GITHUB_STATE: stateFile,
    GITHUB_STEP_SUMMARY: summaryFile,
    ...(environment as Record<string, string>),
  };
  const step = await runEntry(env, (line, kill) => {
    if (signal && at?.test(line)) kill(signal);
  });
  const kept = Object.entries(await readOutputs(stateFile)).map(([name, value]) => [`STATE_${name}`, value]);
  const post = await runEntry({ ...env, ...Object.fromEntries(kept) });
  return {
    exitCode: step.exitCode,
    errors: errorsIn([...step.lines, ...post.lines]),
    post: post.lines.join("\n"),
    outputs: await readOutputs(outputFile),
    summary: await readFile(summaryFile, "utf8"),
  };
}

async function runEntry(
  env: NodeJS.ProcessEnv,
  onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("index.ts", import.meta.url))], { env });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    onLine(line, (signal) => child.kill(signal));
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, lines };
}

test("a green run sets every output and shows before and after", async () => {
  const { exitCode, errors, outputs, summary, post } = await runAction({ "desired-count": "2" });
  expect({ exitCode, errors, post }).toEqual({ exitCode: 0, errors: [], post: "" });
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

test("a killed step leaves it to the post step to put the count back", async () => {
  const before = (await stage.service()).desired;
  const { exitCode, post } = await runAction(
    { "desired-count": "4", "on-cancel": "restore" },
    { at: /Set the desired count/, signal: "SIGKILL" },
  );
  expect(exitCode).toBeNull();
  expect(post).toContain(
    `::warning::The step ended before web was as wanted; it is being scaled back to ${before} (on-cancel: restore).`,
  );
  await until(async () => (await stage.service()).desired === before);
});

test("a cancelled step puts the count back itself, and its post step does nothing more", async () => {
  const before = (await stage.service()).desired;
  const { exitCode, errors, outputs, post } = await runAction(
    { "desired-count": "4", "on-cancel": "restore" },
    { at: /Set the desired count/, signal: "SIGINT" },
  );
  expect(exitCode).toBe(1);
  expect(errors).toEqual([`Cancelled by SIGINT; it is being scaled back to ${before} (on-cancel: restore)`]);
  expect(outputs).toMatchObject({ status: "cancelled", "previous-desired-count": String(before) });
  expect(post).toBe("");
  expect((await stage.service()).desired).toBe(before);
});

test.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
  ["a missing region", {}, { AWS_REGION: "" }, /^No AWS region is set/],
  ["an unreachable endpoint", {}, { AWS_ENDPOINT_URL: "http://127.0.0.1:1" }, /^The AWS endpoint cannot/],
  ["several wrong inputs", { "desired-count": "-1", deadline: "30" }, {}, /^2 inputs are wrong: /],
  ["a service that is not there", { service: "wbe" }, {}, /no service wbe.*did you mean "web"\?/],
])("%s is one annotation with a next step", async (_, inputs, environment, message) => {
  const { exitCode, errors } = await runAction({ "desired-count": "2", ...inputs }, environment);
  expect(exitCode).toBe(1);
  expect(errors).toEqual([expect.stringMatching(message)]);
  expect(errors[0]).toContain("Next step: ");
});
