import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { OnCancel } from "../inputs.ts";
import type { Stage } from "../stage.support.ts";
import { errorsIn, readOutputs, type Seen } from "./step.ts";

const entry = fileURLToPath(new URL("../index.ts", import.meta.url));

/** Runs the action as the runner does, a process for the step and one for its post step; the step gets a signal once its deployment is created. */
export async function runKilledStep(
  stage: Stage,
  file: string,
  onCancel: OnCancel,
  signal: NodeJS.Signals,
): Promise<Seen> {
  const files = ["outputs", "state", "summary"].map((name) => join(stage.folder, name));
  const [outputFile = "", stateFile = "", summaryFile = ""] = files;
  await Promise.all(files.map((each) => writeFile(each, "")));
  const { cluster } = stage.inputs("");
  const environment = {
    PATH: process.env.PATH,
    HOME: stage.folder,
    ...stage.simulator.environmentVariables,
    INPUT_CLUSTER: cluster,
    INPUT_SERVICE: "web",
    "INPUT_TASK-DEFINITION": file,
    "INPUT_CODEDEPLOY-APPLICATION": "outside",
    "INPUT_CODEDEPLOY-DEPLOYMENT-GROUP": "web",
    "INPUT_ON-CANCEL": onCancel,
    GITHUB_OUTPUT: outputFile,
    GITHUB_STATE: stateFile,
    GITHUB_STEP_SUMMARY: summaryFile,
  };
  const step = await runEntry(environment, (line, child) => {
    if (/ is created\.$/.test(line)) child.kill(signal);
  });
  const kept = Object.entries(await readOutputs(stateFile)).map(([name, value]) => [`STATE_${name}`, value]);
  const post = await runEntry({ ...environment, ...Object.fromEntries(kept) });
  const lines = [...step.lines, ...post.lines];
  return {
    exitCode: step.exitCode,
    errors: errorsIn(lines),
    lines,
    outputs: await readOutputs(outputFile),
    summary: await readFile(summaryFile, "utf8"),
  };
}

async function runEntry(
  env: NodeJS.ProcessEnv,
  onLine: (line: string, child: ChildProcess) => void = () => {},
) {
  const child = spawn(process.execPath, [entry], { env, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    onLine(line, child);
  });
  // For whoever has to find out why a row fails.
  createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode: exitCode ?? undefined, lines };
}
