import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { refuse } from "../errors.ts";
import { evaluateToken, toText } from "../expressions/evaluate.ts";
import { findProgram } from "../jobs/job-processes.ts";
import type { RunDefaults, ScriptStep } from "../load/workflow.ts";
import { runProcess } from "./run-process.ts";
import { type RunningStep, StepFailed, type Task } from "./task.ts";

// https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
const shells: Record<string, string[]> = {
  // When no shell is named.
  "": ["bash", "-e"],
  bash: ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"],
  sh: ["sh", "-e"],
};

/** @param defaults of the job and of the workflow, the nearest first */
export function scriptTask(step: ScriptStep, defaults: RunDefaults[]): Task {
  const shell = step.shell ?? defaults.find((each) => each.shell)?.shell;
  const workingDirectory =
    step.workingDirectory ?? defaults.find((each) => each.workingDirectory)?.workingDirectory;
  return {
    ...step,
    condition: step.condition.expression,
    name: (scope) => {
      if (step.name) return toText(evaluateToken(step.name, scope));
      return `Run ${toText(evaluateToken(step.script, scope)).trim().split("\n")[0]}`;
    },
    async execute(running) {
      const named = shell ? toText(evaluateToken(shell, running.scope)) : "";
      const command = shells[named];
      if (!command)
        throw refuse(
          step.place,
          `the shell '${named}'`,
          Object.keys(shells).filter((name) => name !== ""),
        );
      const file = join(running.directory, "script.sh");
      await writeFile(file, toText(evaluateToken(step.script, running.scope)));
      const directory = workingDirectory ? toText(evaluateToken(workingDirectory, running.scope)) : ".";
      await runToSuccess(running, [...command, file], resolve(running.job.workspace, directory));
    },
  };
}

/**
 * Runs a process of a step; a code other than 0 fails the step, with an annotation if it wrote none.
 * @param command program, arguments, and last the file that it executes
 */
export async function runToSuccess(
  running: RunningStep,
  command: string[],
  directory: string,
  onFile?: (path: string) => void,
): Promise<void> {
  const { processes, run } = running.job;
  processes.note(findProgram(command[0] ?? "", running.environment));
  processes.note(command.at(-1));
  const started = { command, directory, environment: running.environment };
  const wrapped = run.options.wrap?.(started) ?? started;
  const code = await runProcess({
    ...{ ...wrapped, command: wrapped.command[0] ?? "", arguments: wrapped.command.slice(1) },
    onLine: running.write,
    signal: running.signal,
    groups: running.job.groups,
    onFile,
    watch: (pid) => processes.watch(pid),
  });
  if (running.signal.aborted) throw new StepFailed("the step was stopped");
  if (code === 0) return;
  const message = `Process completed with exit code ${code}.`;
  if (running.errors === 0) throw new Error(message);
  throw new StepFailed(message);
}
