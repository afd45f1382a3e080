import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEcsStage, createWaitingEcsStage } from "./ecs/stage.support.ts";
import { createStage, createWaitingStage, longestWaitMinutes, type Stage } from "./stage.support.ts";

/** A stage whose deployments go on until somebody ends them, and one whose deployments end. */
type Create = () => Promise<Stage>;
const bakingFor = (bakeTimeInMinutes: number) => ({ strategy: "BLUE_GREEN" as const, bakeTimeInMinutes });
const kinds: [string, Create, Create][] = [
  ["CODE_DEPLOY", createWaitingStage, createStage],
  ["ECS", () => createWaitingEcsStage(bakingFor(longestWaitMinutes)), () => createEcsStage(bakingFor(5))],
];

describe.each(kinds)("a step that is killed under the controller %s", (controller, createWaiting, create) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createWaiting();
  });
  afterAll(() => stage?.close());

  const page = async () => (await fetch(stage.productionUrl)).text();

  /** Runs the action's entry as the runner does, step or post step; answers when it has ended. */
  async function runEntry(
    version: string,
    environment: Record<string, string>,
    onLine: (line: string, child: ChildProcess) => void = () => {},
  ) {
    const { cluster } = stage.inputs("");
    const env = {
      PATH: process.env.PATH,
      HOME: stage.folder,
      ...stage.simulator.environmentVariables,
      INPUT_CLUSTER: cluster,
      INPUT_SERVICE: "web",
      "INPUT_TASK-DEFINITION": await stage.taskDefinition(version),
      "INPUT_CODEDEPLOY-APPLICATION": "outside",
      "INPUT_CODEDEPLOY-DEPLOYMENT-GROUP": "web",
      "INPUT_WAIT-UNTIL": "traffic-shifted",
      ...environment,
    };
    const child = spawn(process.execPath, [fileURLToPath(new URL("index.ts", import.meta.url))], { env });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      onLine(line, child);
    });
    const [exitCode, signal] = await once(child, "close");
    return { exitCode, signal, lines };
  }

  /** What the step kept, as the runner hands it to the post step. */
  async function runStep(
    version: string,
    onLine?: (line: string, child: ChildProcess) => void,
    onCancel = "",
  ) {
    const file = join(stage.folder, `state-${version}`);
    await writeFile(file, "");
    const step = await runEntry(version, { GITHUB_STATE: file, "INPUT_ON-CANCEL": onCancel }, onLine);
    const found = (await readFile(file, "utf8")).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n?\2$/gm);
    const state = Object.fromEntries([...found].map(([, name, , value]) => [`STATE_${name}`, value ?? ""]));
    return { ...step, state };
  }

  const killWhenCreated = (line: string, child: ChildProcess) => {
    if (/ is created\.$/.test(line)) child.kill("SIGKILL");
  };

  async function statusOf(id: string) {
    const { codedeploy, ecs } = stage.simulator.aws;
    if (controller === "CODE_DEPLOY")
      return (await codedeploy.getDeployment({ deploymentId: id })).deploymentInfo?.status;
    const found = await ecs.describeServiceDeployments({ serviceDeploymentArns: [id] });
    return found.serviceDeployments?.[0]?.status;
  }

  test("leaves its deployment to the post step, which rolls it back", async () => {
    await expect.poll(page, { timeout: 10_000 }).toBe("1");
    const { signal, state } = await runStep("one", killWhenCreated);
    expect(signal).toBe("SIGKILL");
    const handle = JSON.parse(state.STATE_deployment ?? "") as { id: string };
    const { exitCode, lines } = await runEntry("one", state);
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toMatch(
      /^::warning::The step ended before its deployment did\. \S+ .*\S+ is being stopped and rolled back \(on-cancel: rollback\)\.$/,
    );
    const end = controller === "ECS" ? "ROLLBACK_SUCCESSFUL" : "Stopped";
    await expect.poll(() => statusOf(handle.id), { timeout: 10_000 }).toBe(end);
    expect(await page()).toBe("1");
  });

  test("leaves it alone when asked to", async () => {
    await stage.close();
    stage = await create();
    const { state } = await runStep("two", killWhenCreated, "leave");
    const { exitCode, lines } = await runEntry("two", state);
    expect({ exitCode, last: lines.at(-1) }).toMatchObject({
      exitCode: 0,
      last: expect.stringMatching(/goes on \(on-cancel: leave\)\.$/),
    });
    await expect.poll(page, { timeout: 10_000 }).toBe("two");
  });

  test("needs no post step once it has decided", async () => {
    const { exitCode, state } = await runStep("three");
    expect(exitCode).toBe(0);
    expect(state).toEqual({ STATE_phase: "post", STATE_deployment: "" });
    expect(await runEntry("three", state)).toMatchObject({ exitCode: 0, lines: [] });
  });
});
