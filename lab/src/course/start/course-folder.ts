import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { Refusal } from "@ecs-delivery/program/command-line";
import type { Session } from "../../repository-lab/options.ts";
import { git } from "../../runner/load/git.ts";
import { inventedKeys } from "../../story/rehearsal.ts";
import type { Keys } from "../../story/simulator-process.ts";
import { readGuide } from "../guide.ts";
import { readKept } from "../progress/kept.ts";
import { courseFile, ways } from "./options.mjs";
import { providePackages } from "./packages.ts";
import { requirePrograms } from "./prepare.ts";

type Way = (typeof ways)[number];

/** State that a course keeps over its restarts, in `.lab/course.json` of its folder. */
interface CourseRecord {
  readonly version: 1;
  readonly way: Way;
  /** Phase at whose beginning the account is made. */
  readonly phase: number;
  /** The same at each start, so that an open terminal works again. */
  readonly keys: Keys;
}

export interface CourseFolder {
  readonly folder: string;
  readonly record: CourseRecord;
  /** Whether an earlier start made it. */
  readonly isKnown: boolean;
}

interface Wanted {
  readonly folder: string;
  readonly way: Way | undefined;
  readonly phase: number | undefined;
  /** Text of its README.md. */
  readonly readme: string;
  /** Folder of the guide's pages. */
  readonly pages: string;
}

/** Address that the course gives the repository of phase 3, which the student creates. */
const remoteUrl = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/microservices";
const author = ["-c", "user.name=The course", "-c", "user.email=course@example.com"];
/** Files of the lab, and what is a repository of its own or installed: never committed by a student's `git add .`. */
const excluded = ["/.lab/", "/env.sh", "/deployment/", "/monolith/node_modules/"];

/** Creates the student's folder, or continues one. Adds only what is missing, also after an interruption. */
export async function openCourseFolder(
  { folder, way, phase, readme, pages }: Wanted,
  project: string,
  session: Session,
): Promise<CourseFolder> {
  const known = await readRecord(folder);
  const record: CourseRecord = {
    version: 1,
    way: way ?? known?.way ?? (await askForWay(session)),
    phase: phase ?? (known ? await phaseReached(folder, pages, known.phase) : 1),
    keys: known?.keys ?? inventedKeys(),
  };
  requirePrograms(record.phase);
  await writeRecord(folder, record);
  await placeMonolith(folder, project);
  await placeRepository(folder, readme);
  return { folder, record, isKnown: known !== undefined };
}

/** Progress of the tab Course. */
export const progressFile = (folder: string) => join(folder, ".lab", "progress.json");

/** Returns the first phase that is not done, and at least the one at which the account began. */
async function phaseReached(folder: string, pages: string, least: number): Promise<number> {
  const { steps } = readKept(progressFile(folder));
  const later = (await readGuide(pages, "en", "cli")).filter(({ number }) => number >= Math.max(3, least));
  // A step that no check sees does not hold back the account.
  const open = later.find((phase) => phase.steps.some(({ id, items }) => items[0] && steps[id] !== "done"));
  const isBegun = later[0]?.steps.some(({ id }) => steps[id] === "done");
  return isBegun ? (open?.number ?? 10) : least;
}

async function writeRecord(folder: string, record: CourseRecord): Promise<void> {
  const file = courseFile(folder);
  await mkdir(join(folder, ".lab"), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  // A killed lab leaves the old record whole.
  await rename(`${file}.new`, file);
}

async function readRecord(folder: string): Promise<CourseRecord | undefined> {
  const file = courseFile(folder);
  if (!existsSync(file)) return undefined;
  try {
    const record = JSON.parse(await readFile(file, "utf8")) as CourseRecord;
    const isPhase = Number.isInteger(record.phase) && record.phase >= 1 && record.phase <= 10;
    const hasKeys = Object.keys(inventedKeys()).every((name) => record.keys[name as keyof Keys]);
    if (record.version === 1 && ways.includes(record.way) && isPhase && hasKeys) return record;
  } catch {}
  throw new Refusal(
    `${file} is damaged or of another version of this lab. Fix: remove that file, which starts the account again; your files stay`,
  );
}

async function askForWay({ progress, signal }: Session): Promise<Way> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return "cli";
  progress.say(
    "The course has three ways: cli (AWS's commands), console (its pages), templates (CloudFormation).",
  );
  // Without its terminal mode, Ctrl-C still is a signal.
  const lines = createInterface({ input: stdin, output: stdout, terminal: false });
  try {
    for (;;) {
      const answer = (await lines.question("Your way? [cli] ", { signal })).trim().toLowerCase() || "cli";
      const chosen = ways.find((each) => each === answer);
      if (chosen) return chosen;
      progress.say(`"${answer}" is not one of ${ways.join(", ")}.`);
    }
  } finally {
    lines.close();
  }
}

/** The folder of the program, as on the course's server: with the packages that `npm install` put there. */
async function placeMonolith(folder: string, project: string): Promise<void> {
  const target = join(folder, "monolith");
  if (!existsSync(target)) {
    const part = join(folder, ".lab", "monolith");
    await rm(part, { recursive: true, force: true });
    await cp(join(import.meta.dirname, "monolith"), part, { recursive: true });
    await rename(part, target);
  }
  if (!existsSync(join(target, "node_modules"))) await providePackages(target, join(folder, ".lab"), project);
}

async function placeRepository(folder: string, readme: string): Promise<void> {
  if (!existsSync(join(folder, ".git"))) await git(folder, "init", "--quiet", "--initial-branch", "dev");
  if (await git(folder, "rev-parse", "--verify", "--quiet", "HEAD").catch(() => "")) return;
  const exclude = await git(folder, "rev-parse", "--path-format=absolute", "--git-path", "info/exclude");
  await mkdir(join(exclude, ".."), { recursive: true });
  await writeFile(exclude, `${excluded.join("\n")}\n`);
  if (!(await git(folder, "remote"))) await git(folder, "remote", "add", "origin", remoteUrl);
  const file = join(folder, "README.md");
  if (!existsSync(file)) await writeFile(file, readme);
  await git(folder, "add", "--", "monolith", "README.md");
  await git(folder, ...author, "commit", "--quiet", "--message", "The monolith");
}
