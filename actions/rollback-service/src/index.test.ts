import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStage, type Stage } from "../../deploy-service/src/stage.support.ts";
import { release } from "./rollback.support.ts";

let stage: Stage;
let good = "";
beforeAll(async () => {
  stage = await createStage();
  good = await release(stage, "good");
  await release(stage, "bad");
}, 60_000);
afterAll(() => stage?.close());

const page = async () => (await fetch(stage.productionUrl)).text();

/** Runs the action as the runner does: a process with INPUT_… and files for outputs, state and summary. */
async function runEntry(
  environment: Record<string, string>,
  onLine: (line: string, child: ChildProcess) => void = () => {},
) {
  const [output, state, summary] = ["output", "state", "summary"].map((name) => join(stage.folder, name));
  const files = {
    GITHUB_OUTPUT: output ?? "",
    GITHUB_STATE: state ?? "",
    GITHUB_STEP_SUMMARY: summary ?? "",
  };
  await Promise.all(Object.values(files).map((file) => writeFile(file, "")));
  const env = {
    PATH: process.env.PATH,
    HOME: stage.folder,
    ...stage.simulator.environmentVariables,
    INPUT_CLUSTER: "outside",
    INPUT_SERVICE: "web",
    "INPUT_CODEDEPLOY-APPLICATION": "outside",
    "INPUT_CODEDEPLOY-DEPLOYMENT-GROUP": "web",
    "INPUT_WAIT-UNTIL": "traffic-shifted",
    ...files,
    ...environment,
  };
  const child = spawn(process.execPath, [fileURLToPath(new URL("index.ts", import.meta.url))], { env });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    onLine(line, child);
  });
  const [exitCode] = await once(child, "close");
  return {
    exitCode,
    lines,
    outputs: await readPairs(files.GITHUB_OUTPUT),
    state: await readPairs(files.GITHUB_STATE),
    summary: await readFile(files.GITHUB_STEP_SUMMARY, "utf8"),
  };
}

async function readPairs(file: string): Promise<Record<string, string>> {
  const found = (await readFile(file, "utf8")).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n?\2$/gm);
  return Object.fromEntries([...found].map(([, name, , value]) => [name, value ?? ""]));
}

test("a step that is killed leaves its deployment to the post step, which lets it go on", async () => {
  const killed = await runEntry({}, (line, child) => {
    if (/ is created\.$/.test(line)) child.kill("SIGKILL");
  });
  expect(killed.exitCode).toBeNull();
  const state = Object.fromEntries(
    Object.entries(killed.state).map(([name, value]) => [`STATE_${name}`, value]),
  );
  const post = await runEntry(state);
  expect(post.lines.join("\n")).toMatch(/^::warning::The step ended before its deployment did\. .* goes on/m);
  await expect.poll(page, { timeout: 10_000 }).toBe("good");
});

test("a red run's only annotation names cause and next step, and its outputs are set", async () => {
  const { exitCode, lines, outputs, summary } = await runEntry({ INPUT_TO: "web:99" });
  expect(exitCode).toBe(1);
  expect(lines.filter((line) => line.startsWith("::error::"))).toEqual([
    expect.stringMatching(
      /^::error::There is no task definition web:99, so it cannot be deployed\. Next step: name another one: active revisions are /,
    ),
  ]);
  expect(outputs).toMatchObject({ status: "failed", changed: "false", "deployment-id": "" });
  expect(outputs.cause).toBe("There is no task definition web:99, so it cannot be deployed");
  expect(summary).toContain("### ❌ web: failed");
});

test("a green run sets every output", async () => {
  const { exitCode, outputs, summary } = await runEntry({ INPUT_TO: good });
  expect(exitCode).toBe(0);
  expect(outputs).toMatchObject({
    status: "succeeded",
    cause: "",
    "revision-after": good,
    changed: "false",
  });
  expect(summary).toContain("### ✅ web: ");
});
