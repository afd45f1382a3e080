import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findProgram } from "../../jobs/job-processes.ts";
import { runProcess } from "../run-process.ts";
import { type RunningStep, StepFailed, unknownInputs, warnOfUnknownInputs } from "../task.ts";
import type { Ended, ProcessOptions, StandInStep } from "./stand-in.ts";
import { standIns } from "./stand-ins.ts";

/**
 * Performs the stand-in of an action.
 * @param uses of the step
 * @param given the step's `with`, evaluated
 * @returns what to do after the steps of the job
 */
export async function runStandIn(
  running: RunningStep,
  uses: string,
  given: Record<string, string>,
): Promise<{ condition: string; execute(running: RunningStep): Promise<void> } | undefined> {
  const [name = "", release = ""] = uses.split("@");
  const standIn = standIns[name.toLowerCase()];
  const leftOut = namesIn(standIn?.leftOut);
  const action = { inputs: [...namesIn(standIn?.inputs), ...leftOut].map((id) => ({ id })) };
  const unknown = standIn?.inputs ? unknownInputs(action, Object.keys(given)) : [];
  if (unknown.length > 0) warnOfUnknownInputs(running, action, unknown);
  // As on GitHub, case does not matter.
  const values = Object.fromEntries(Object.entries(given).map(([id, value]) => [id.toLowerCase(), value]));
  for (const id of leftOut)
    if (values[id]?.trim())
      running.leaveOut(`input ${id} of ${name}`, "The rehearsal does not perform this input.");
  const later = await perform(running, async () => standIn?.run(standInStep(running, release, values)));
  if (!later) return undefined;
  const execute = (after: RunningStep) =>
    perform(after, () => later.execute(standInStep(after, release, values)));
  return { condition: later.condition ?? "always()", execute };
}

const namesIn = (text = "") => text.split(/\s+/).filter(Boolean);

/** The error of a stand-in is its only one, unless a process that it ran has already written one. */
async function perform<T>(running: RunningStep, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw running.errors > 0 ? new StepFailed((cause as Error).message, { cause }) : cause;
  }
}

function standInStep(running: RunningStep, release: string, given: Record<string, string>): StandInStep {
  const { job } = running;
  const github = job.contexts.github as Record<string, string>;
  const input = (name: string) => given[name.toLowerCase()]?.trim() ?? "";
  // No step has this key.
  const shared = job.saved.get("/") ?? {};
  job.saved.set("/", shared);
  return {
    input,
    flag: (name) => readFlag(name, input(name)),
    release,
    environment: running.environment,
    workspace: job.workspace,
    gitDirectory: job.run.options.repository.gitDirectory,
    workTrees: job.run.workTrees,
    artifactDirectory: join(job.run.directory, "artifacts"),
    cacheDirectory: join(job.run.options.directory, "caches"),
    directory: running.directory,
    output: running.output,
    shared,
    ref: github.ref as string,
    sha: github.sha as string,
    permissions: job.permissions,
    run: (command, options = {}) => runCommand(running, command, options),
    read: async (path) => {
      const { code, output } = await runCommand(running, ["/bin/cat", path], { quiet: true });
      return code === 0 ? output : undefined;
    },
    find: (program) => findProgram(program, running.environment),
    log: running.write,
    warn: (message) => running.annotate({ level: "warning", message }),
    leaveOut: running.leaveOut,
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

async function runCommand(
  running: RunningStep,
  [program = "", ...rest]: readonly string[],
  { input, quiet = false, isMachines = false, directory, environment }: ProcessOptions,
): Promise<Ended> {
  const { processes, run, workspace, groups } = running.job;
  const variables = { ...(isMachines ? run.options.environment : running.environment), ...environment };
  const file = findProgram(program, variables);
  if (!file) return { code: 127, output: `${program}: command not found` };
  processes.note(file);
  const started = { command: [file, ...rest], directory: directory ?? workspace, environment: variables };
  const { command, ...wrapped } = run.options.wrap?.(started) ?? started;
  const lines: string[] = [];
  // A file, since not every program can read the socket that Node.js makes.
  const path = join(running.directory, "input");
  if (input !== undefined) await writeFile(path, input, { mode: 0o600 });
  await using stdin = input === undefined ? undefined : await open(path);
  const code = await runProcess({
    ...{ ...wrapped, command: command[0] ?? "", arguments: command.slice(1) },
    stdin: stdin?.fd,
    onLine: (line) => {
      lines.push(line);
      if (!quiet) running.write(line);
    },
    signal: running.signal,
    groups,
    watch: (pid) => processes.watch(pid),
  });
  return { code, output: lines.join("\n").trim() };
}

// The values of YAML 1.2 that getBooleanInput of @actions/core accepts.
function readFlag(name: string, value: string): boolean {
  if (["true", "True", "TRUE"].includes(value)) return true;
  if (["", "false", "False", "FALSE"].includes(value)) return false;
  throw new Error(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}`);
}
