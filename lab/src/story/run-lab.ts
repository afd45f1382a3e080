import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseCommandLine, Refusal, refused, textOf } from "@ecs-delivery/program/command-line";
import { thisProcess } from "@ecs-delivery/program/processes";
import { temporaryFolder } from "@ecs-delivery/program/temporary-folder";
import { makeOwnedFolder } from "@ecs-delivery/simulator/owned-folder";
import { runClinic } from "../course/clinic/run-clinic.ts";
import { runCourse } from "../course/start/run-course.ts";
import { command, type LabOptions, withDefaults } from "../options.mjs";
import type { Session } from "../repository-lab/options.ts";
import { git } from "../runner/load/git.ts";
import { ownerFile, refuseSecondRehearsal } from "./check-before-start.mjs";
import { createProgress, type Progress } from "./progress.ts";
import type { LabPlace } from "./rehearsal.ts";
import { runInteractive } from "./run-interactive.ts";
import { runOnce } from "./run-once.ts";
import { chooseTaskRuntime } from "./task-runtime.ts";

const project = resolve(import.meta.dirname, "../../..");
// The exit code that a shell reports for a program ended by Ctrl-C.
const interruptedExitCode = 130;

/** Bytes: twice what a rehearsal has at once in files and as processes. */
const memoryNeeded = 2 * 2 ** 30;

/**
 * `npm run lab`. Resolves to the exit code when every child process has ended and temporary data is gone: 0 passed,
 * 1 failed, 2 not started.
 */
export async function runLab(argv: readonly string[]): Promise<number> {
  try {
    const values = parseCommandLine(command, argv);
    const text = textOf(command, values, process.stdout.columns);
    if (text !== undefined) {
      console.log(text);
      return 0;
    }
    await command.check?.(values, project);
    if (values.runtime === "docker") await requireDocker();
    return await rehearse(withDefaults(values), process.stdout);
  } catch (error) {
    console.error(`lab: ${(error as Error).message}`);
    return error instanceof Refusal ? refused : 1;
  }
}

async function requireDocker(): Promise<void> {
  await chooseTaskRuntime("docker").catch((cause: Error) => {
    throw new Refusal(cause.message, { cause });
  });
}

async function rehearse(options: LabOptions, terminal: typeof process.stdout): Promise<number> {
  const interruption = new AbortController();
  // A second Ctrl-C, or one from both the parent and the terminal, has no effect.
  for (const event of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"])
    process.on(event, () => interruption.abort());
  const progress = createProgress(terminal, interruption.signal);
  const interrupted = new Promise<"interrupted">((resolve) => {
    interruption.signal.addEventListener("abort", () => resolve("interrupted"));
  });
  const ends = new AsyncDisposableStack();
  const session = { progress, ends, signal: interruption.signal };
  try {
    const place = await preparePlace(options.course?.folder ?? project, ends);
    const work = options.course
      ? runCourse({ ...options, ...options.course }, { ...place, project }, session)
      : rehearseLastCommit(options, place, session);
    // An interruption ends the children of the work, so that it fails.
    work.catch(() => {});
    const outcome = await Promise.race([work, interrupted]);
    if (outcome !== "interrupted") return outcome ? 0 : 1;
    return options.once ? interruptedExitCode : 0;
  } finally {
    progress.end();
    await ends.disposeAsync();
  }
}

async function rehearseLastCommit(options: LabOptions, place: LabPlace, session: Session): Promise<boolean> {
  const { progress, ends, signal } = session;
  await warnOfUncommitted(progress);
  if (options.once) return runOnce(options, place, progress, ends, signal);
  if (options.clinic) return runClinic(options.clinic, options, place, session);
  await runInteractive(options, place, progress, ends, signal);
  return true;
}

/** @param project folder whose `.lab` gets the output */
async function preparePlace(project: string, ends: AsyncDisposableStack): Promise<LabPlace> {
  const outputDirectory = join(project, ".lab");
  const logDirectory = join(outputDirectory, "logs");
  await mkdir(outputDirectory, { recursive: true });
  await becomeOwner(project);
  ends.defer(() => rm(ownerFile(project)));
  const directory = await makeOwnedFolder("lab", temporaryFolder(memoryNeeded));
  // A git process that is ending may still write.
  ends.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  for (const old of ["report.json", "report", "logs"]) {
    await rm(join(outputDirectory, old), { recursive: true, force: true });
  }
  await mkdir(logDirectory);
  return { project, outputDirectory, logDirectory, directory };
}

/** One rehearsal at a time writes to `.lab`. */
async function becomeOwner(project: string): Promise<void> {
  refuseSecondRehearsal(project);
  // Removes the file of a killed owner.
  await rm(ownerFile(project), { force: true });
  await writeFile(ownerFile(project), thisProcess(), { flag: "wx" });
}

async function warnOfUncommitted(progress: Progress): Promise<void> {
  const changes = await git(project, "status", "--porcelain").catch(() => "");
  if (changes === "") return;
  const count = changes.split("\n").length;
  progress.say(
    `warning: ${count} uncommitted change${count === 1 ? " is" : "s are"} not rehearsed; the lab deploys the last commit`,
  );
}
