import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { git } from "../runner/git.ts";
import { describeChapters } from "./chapter-list.ts";
import { type LabOptions, parseArguments, usage } from "./command-line.ts";
import { createProgress, type Progress } from "./progress.ts";
import { runInteractive } from "./run-interactive.ts";
import { runOnce } from "./run-once.ts";

export interface LabPlace {
  project: string;
  /** `.lab`: the report and the logs of the last rehearsal. */
  outputDirectory: string;
  logDirectory: string;
  /** Temporary, removed at the end. */
  directory: string;
}

const project = resolve(import.meta.dirname, "../../..");
// What a shell reports of a program that Ctrl-C ended.
const interruptedExitCode = 130;
const badUsageExitCode = 2;

/** `npm run lab`. Resolves to the exit code when every child process has ended and temporary data is gone. */
export async function runLab(argv: readonly string[]): Promise<number> {
  let options: LabOptions;
  try {
    options = parseArguments(argv);
  } catch (error) {
    console.error(`lab: ${(error as Error).message}`);
    return badUsageExitCode;
  }
  if (options.help || options.list) {
    console.log(options.help ? usage : describeChapters());
    return 0;
  }
  try {
    return await rehearse(options, process.stdout);
  } catch (error) {
    console.error(`lab: ${(error as Error).message}`);
    return 1;
  }
}

async function rehearse(options: LabOptions, terminal: typeof process.stdout): Promise<number> {
  const interruption = new AbortController();
  // A second Ctrl-C, or one from the parent as well as from the terminal, changes nothing.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => interruption.abort());
  const progress = createProgress(terminal, interruption.signal);
  const interrupted = new Promise<"interrupted">((resolve) => {
    interruption.signal.addEventListener("abort", () => resolve("interrupted"));
  });
  const ends = new AsyncDisposableStack();
  const place = await preparePlace(ends);
  await warnOfUncommitted(progress);
  const work = options.once
    ? runOnce(options, place, progress, ends, interruption.signal)
    : runInteractive(options, place, progress, ends, interruption.signal).then(() => true);
  // When interrupted, the work fails as its children end; that is nothing to tell.
  work.catch(() => {});
  try {
    const outcome = await Promise.race([work, interrupted]);
    if (outcome !== "interrupted") return outcome ? 0 : 1;
    return options.once ? interruptedExitCode : 0;
  } finally {
    await ends.disposeAsync();
  }
}

async function preparePlace(ends: AsyncDisposableStack): Promise<LabPlace> {
  const outputDirectory = join(project, ".lab");
  const logDirectory = join(outputDirectory, "logs");
  for (const old of ["report.json", "report.md", "index.html", "logs"]) {
    await rm(join(outputDirectory, old), { recursive: true, force: true });
  }
  await mkdir(logDirectory, { recursive: true });
  const directory = await mkdtemp(join(tmpdir(), "lab-"));
  // A git that is just ending may still write.
  ends.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return { project, outputDirectory, logDirectory, directory };
}

async function warnOfUncommitted(progress: Progress): Promise<void> {
  const changes = await git(project, "status", "--porcelain").catch(() => "");
  if (changes === "") return;
  const count = changes.split("\n").length;
  progress.say(
    `warning: ${count} uncommitted change${count === 1 ? " is" : "s are"} not rehearsed; the lab deploys the last commit`,
  );
}
