import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readPairs } from "@ecs-delivery/lab/runner/steps/command-files";

interface Step {
  /** Entry file of the action's bundle. */
  readonly bundle: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** The environment that the job gives every step: AWS's endpoint, credentials and region. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder for the runner's files of this step. */
  readonly folder: string;
}

/** Runs an action's main file as GitHub's runner does: inputs and files by environment, result by exit code. */
export async function runAction(step: Step) {
  const folder = await mkdtemp(join(step.folder, "step-"));
  const output = join(folder, "output");
  for (const file of ["output", "state", "summary"]) await writeFile(join(folder, file), "");
  const child = spawn(process.execPath, [step.bundle], {
    cwd: step.folder,
    env: {
      PATH: process.env.PATH,
      ...step.environment,
      ...Object.fromEntries(
        Object.entries(step.inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: step.folder,
      GITHUB_OUTPUT: output,
      GITHUB_STATE: join(folder, "state"),
      GITHUB_STEP_SUMMARY: join(folder, "summary"),
      RUNNER_TEMP: folder,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => log.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return {
    green: code === 0,
    outputs: new Map(Object.entries(readPairs(await readFile(output, "utf8"), output))),
    log: Buffer.concat(log).toString(),
  };
}
