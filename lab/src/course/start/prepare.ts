import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Refusal } from "@ecs-delivery/program/command-line";
import { findProgram } from "@ecs-delivery/program/database";
import { shortEnvironment } from "@ecs-delivery/program/short-environment";
import { git } from "../../runner/load/git.ts";
import { type PhaseGuide, readGuide, type Step } from "../guide.ts";
import { splitMonolith } from "./split.ts";

interface Preparation {
  /** The student's. */
  readonly folder: string;
  /** The phase at whose beginning the account is made. */
  readonly phase: number;
  readonly monolith: string;
  /** Base of the images; empty for tasks that are processes. */
  readonly baseImage: string;
  /** Folder of the guide's pages. */
  readonly pages: string;
  /** Folder for temporary files. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** Phases that change the account or the folder begin with this one: the others are for the student to read and write. */
const firstWithWork = 3;
/** A command of the guide waits for a deployment, which a student's broken code can keep from its end. */
const stepLimitMs = 600_000;

/** Refuses a later phase on a machine without the programs of the guide's commands. */
export function requirePrograms(phase: number): void {
  if (phase <= firstWithWork) return;
  const missing = ["aws", "bash", "curl", "perl"].find((name) => !findProgram([name]));
  if (missing)
    throw new Refusal(
      `the phases before phase ${phase} are made with the guide's commands, and the program ${missing} is not installed. Fix: install ${missing}, or begin with --phase 1`,
    );
}

/**
 * Makes everything of the phases before one by the guide's own commands, in a clone of the student's folder, then gives
 * the folder what it lacks. Changes and removes no file of the student.
 * @param perform shows one phase
 */
export async function prepareAccount(
  preparation: Preparation,
  perform: (name: string, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { folder, phase, pages, directory } = preparation;
  if (phase <= firstWithWork) return;
  const clone = join(directory, "prepared");
  const kept = await cloneFolder(folder, clone);
  const guide = await readGuide(pages, "en", "cli");
  const make = async (numbers: readonly number[]) => {
    for (const each of guide.filter(({ number }) => numbers.includes(number) && number < phase))
      await perform(`make phase ${each.number} (${titleOf(each)})`, async () => {
        for (const step of each.steps) await runStep(step, clone, kept, preparation);
      });
  };
  // The load balancer needs nothing of the phases before it. Most of the time is that of the AWS CLI's starts.
  try {
    await Promise.all([make([firstWithWork, 4, 5]), make([6])]);
    await make([7, 8, 9]);
  } finally {
    await bringBack(folder, clone, { kept, phase });
  }
}

const titleOf = ({ title }: PhaseGuide) => title.replace(/^.*?: /, "");

/** Clones both repositories of the student. Returns those that have the student's own services or definition files. */
async function cloneFolder(folder: string, clone: string): Promise<string[]> {
  await git(folder, "clone", "--quiet", folder, clone);
  await git(clone, "remote", "set-url", "origin", await git(folder, "remote", "get-url", "origin"));
  const kept: string[] = [];
  const services = await git(clone, "ls-tree", "--name-only", "HEAD", "customer", "employee");
  if (services.split("\n").length === 2) kept.push(".");
  const deployment = join(folder, "deployment");
  const hasCommit =
    existsSync(join(deployment, ".git")) && (await git(deployment, "rev-parse", "HEAD").catch(() => ""));
  if (!hasCommit) return kept;
  await git(folder, "clone", "--quiet", deployment, join(clone, "deployment"));
  await git(join(clone, "deployment"), "remote", "remove", "origin");
  return [...kept, "deployment"];
}

async function runStep(
  { id, items, commands }: Step,
  clone: string,
  kept: readonly string[],
  { folder, monolith, baseImage, directory, signal }: Preparation,
): Promise<void> {
  // The guide describes the edits of the code; this step's commands follow them.
  if (items.includes("4.dockerfiles") && !kept.includes("."))
    for (const { path, text } of await splitMonolith()) {
      await mkdir(dirname(join(clone, path)), { recursive: true });
      await writeFile(join(clone, path), text);
    }
  const script = commands.join("\n").replaceAll("203.0.113.7", "127.0.0.1");
  // The first deployment runs the student's own code as it is: pushed again, the same image starts no pipeline to wait for.
  if (kept.includes(".") && script.includes("perl -pi")) return;
  const env = {
    ...shortEnvironment(process.env),
    ...{
      COURSE_FOLDER: folder,
      COURSE_MONOLITH: monolith.replace("http://", ""),
      COURSE_KEPT: kept.join(" "),
    },
    ...{ COURSE_DOCKER: join(directory, "images"), COURSE_BASE_IMAGE: baseImage },
    ...Object.fromEntries(
      ["AUTHOR", "COMMITTER"].flatMap((who) => [
        [`GIT_${who}_NAME`, "The course"],
        [`GIT_${who}_EMAIL`, "course@example.com"],
      ]),
    ),
  };
  const prelude = join(import.meta.dirname, "programs/prepare.sh");
  const limits = { timeout: stepLimitMs, signal, maxBuffer: 2 ** 26 };
  await promisify(execFile)("bash", ["-c", `. '${prelude}'\n${script}`], {
    cwd: clone,
    env,
    ...limits,
  }).catch((cause) => {
    const said = (cause.stderr ?? "").trim().split("\n").slice(-3).join("\n");
    throw new Error(
      `step ${id} of the guide: ${cause.killed ? "it did not end in time" : said || cause.message}`,
      { cause },
    );
  });
}

/** Adds what the folder lacks. The student's own commits are not there twice. */
async function bringBack(
  folder: string,
  clone: string,
  { kept, phase }: { kept: readonly string[]; phase: number },
): Promise<void> {
  if (!kept.includes(".")) {
    const branch = `prepared-phase-${phase}`;
    await git(folder, "fetch", "--quiet", "--force", clone, `HEAD:refs/heads/${branch}`);
    // Refused if it would overwrite a file of the student's.
    const merged = git(folder, "merge", "--quiet", "--ff-only", branch);
    await merged.then(() => git(folder, "branch", "--quiet", "-D", branch)).catch(() => {});
  }
  for (const service of ["customer", "employee"]) {
    const packages = join(folder, service, "node_modules");
    if (existsSync(dirname(packages)) && !existsSync(packages))
      await cp(join(folder, "monolith/node_modules"), packages, { recursive: true });
  }
  const deployment = join(clone, "deployment");
  if (!existsSync(join(folder, "deployment")) && existsSync(deployment))
    await cp(deployment, join(folder, "deployment"), { recursive: true });
  await rm(clone, { recursive: true });
}
