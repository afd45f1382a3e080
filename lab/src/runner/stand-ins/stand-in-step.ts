import type { RunningStep } from "../task.ts";
import type { StandInStep } from "./stand-in.ts";

/** @param given the step's `with`, evaluated */
export function standInStep(running: RunningStep, given: Record<string, string>): StandInStep {
  const { job } = running;
  const github = job.contexts.github as Record<string, string>;
  return {
    input: (name) => given[name]?.trim() ?? "",
    environment: running.environment,
    workspace: job.workspace,
    gitDirectory: job.run.options.repository.gitDirectory,
    ref: github.ref as string,
    sha: github.sha as string,
    permissions: job.permissions,
    log: running.write,
    mask: (value) => job.run.masker.add(value),
    setOutput: (name, value) => {
      running.outputs[name] = value;
    },
    exportVariable: (name, value) => {
      job.env[name] = value;
    },
    addPath: (directory) => job.paths.unshift(directory),
  };
}
