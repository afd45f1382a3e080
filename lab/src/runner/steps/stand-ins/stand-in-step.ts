import { join } from "node:path";
import type { RunningStep } from "../task.ts";
import type { StandInStep } from "./stand-in.ts";

/** @param given the step's `with`, evaluated */
export function standInStep(running: RunningStep, given: Record<string, string>): StandInStep {
  const { job } = running;
  const github = job.contexts.github as Record<string, string>;
  const input = (name: string) => given[name]?.trim() ?? "";
  return {
    input,
    flag: (name) => readFlag(name, input(name)),
    environment: running.environment,
    workspace: job.workspace,
    gitDirectory: job.run.options.repository.gitDirectory,
    workTrees: job.run.workTrees,
    cacheDirectory: join(job.run.options.directory, "caches"),
    artifactDirectory: join(job.run.directory, "artifacts"),
    ref: github.ref as string,
    sha: github.sha as string,
    permissions: job.permissions,
    log: running.write,
    warn: (message) => running.annotate({ level: "warning", message }),
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

// The values of YAML 1.2 that getBooleanInput of @actions/core accepts.
function readFlag(name: string, value: string): boolean {
  if (["true", "True", "TRUE"].includes(value)) return true;
  if (["", "false", "False", "FALSE"].includes(value)) return false;
  throw new Error(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}`);
}
