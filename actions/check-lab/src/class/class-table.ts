import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { type ItemReport, type Report, scoreOf } from "../report.ts";
import { type Game, gamesIn } from "./clinic-games.ts";
import { faultsOf } from "./report-faults.ts";

export interface ClassTable {
  /** Phases that any report has, ascending. */
  readonly phases: readonly number[];
  /** By name. */
  readonly students: readonly StudentRow[];
  /** Files that are not reports, and repositories without a report, each with its reason. */
  readonly unread: readonly Unread[];
}

export interface StudentRow {
  /** Name of the repository or the folder that the reports came from. */
  readonly student: string;
  /** The newest report, with scores computed from its items. */
  readonly report: Report;
  /** The first item that fails; undefined if none does. */
  readonly stuck: ItemReport | undefined;
  /** When that item failed first, of those reports in a row in which it did. ISO 8601. */
  readonly since: string | undefined;
  /** `attested by RUN`; any other report may have been changed by its student: `self-reported: REASON`. */
  readonly proof: string;
  /** Facts that a teacher should check before the mark counts. */
  readonly notes: readonly string[];
  /** Games of the fault clinic, from the student's own machine. */
  readonly games: readonly Game[];
}

/** A file that may be a report. */
export interface FoundFile {
  readonly file: string;
  readonly text: string;
  /** Why the text was not read. */
  readonly problem?: string | undefined;
  /** Name of the repository or the folder; undefined if the report has no folder. */
  readonly student?: string | undefined;
  /** Reports of one source are of one student; without it, those of one name. */
  readonly source?: string;
  /** `owner/name` of the repository on GitHub that it came from. */
  readonly repository?: string | undefined;
  /** The run that made it, by its attestation. */
  readonly attestedBy?: string;
  /** Why it has no attestation. */
  readonly unproven?: string;
}

/** A file or a repository that gave no report. */
export interface Unread {
  readonly file: string;
  readonly reason: string;
}

/** Name of a student in a report of a run that was given none. */
const unnamed = "this account";

/** Bytes; a report of check-lab has less than a tenth. */
const largestReport = 1024 ** 2;

/** Returns why a file is not read. A link may lead to another student's report, and a named pipe never ends. */
export function problemOf(isFile: boolean, bytes: number): string | undefined {
  if (!isFile) return "not a regular file";
  return bytes > largestReport ? "larger than 1 MB, so it is not a report of check-lab" : undefined;
}

/** Reads the JSON files of a folder and its folders, without the badges that are next to reports. */
export function readFolder(folder: string, path = ""): FoundFile[] {
  // Node's own recursion follows links.
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const file = join(path, entry.name);
    const mayBeReport = /(?<!badge)\.json$/.test(file) || entry.isSymbolicLink();
    try {
      const below = entry.isDirectory() ? readFolder(folder, file) : [];
      return mayBeReport ? [...below, readFound(join(folder, file), file, entry)] : below;
    } catch (error) {
      // Without permission, or with a name that is not UTF-8.
      return [{ file, text: "", problem: (error as Error).message }];
    }
  });
}

function readFound(path: string, file: string, entry: Dirent): FoundFile {
  const problem = problemOf(entry.isFile(), entry.isFile() ? statSync(path).size : 0);
  const [first = ""] = file.split(sep);
  const student = first === "report.json" ? undefined : first.replace(/\.json$/, "");
  return { file, student, problem, text: problem ? "" : readFileSync(path, "utf8") };
}

interface Found extends Pick<FoundFile, "attestedBy" | "unproven"> {
  readonly student: string;
  readonly source: string;
  readonly report: Report;
}

/** Makes the table of all reports among the files. Of several of one source the newest counts, attested ones first. */
export function makeTable(files: readonly FoundFile[], missing: readonly Unread[] = []): ClassTable {
  const found: Found[] = [];
  const games = new Map<string, readonly Game[]>();
  const unread = [...missing];
  for (const { file, text, problem, student, source = student ?? "", ...proof } of files) {
    try {
      if (problem) throw new Error(problem);
      const played = gamesIn(parse(text));
      if (played) {
        games.set(source, [...(games.get(source) ?? []), ...played]);
        continue;
      }
      const report = parseReport(text);
      found.push({ ...proof, source, student: student ?? report.student, report });
    } catch (error) {
      unread.push({ file, reason: (error as Error).message });
    }
  }
  const bySource = Map.groupBy(found, ({ source }) => source);
  const students = [...bySource].map(([source, own]) => ({
    ...rowOf(own, found),
    games: games.get(source) ?? [],
  }));
  for (const source of games.keys())
    if (!bySource.has(source))
      unread.push({ file: source, reason: "games of the clinic, without a report of check-lab" });
  const phases = new Set(found.flatMap(({ report }) => report.phases.map(({ phase }) => phase)));
  return {
    phases: [...phases].sort((one, other) => one - other),
    students: students.sort((one, other) => one.student.localeCompare(other.student)),
    unread,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`damaged: ${(error as Error).message}`);
  }
}

/** Rejects invalid, incomplete and other-version reports. Computes the scores from the items. */
function parseReport(text: string): Report {
  const value = parse(text) as Partial<Report>;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "version"))
    throw new Error("no report of check-lab");
  if (value.version !== 2)
    throw new Error(`a report of version ${JSON.stringify(value.version)}; this program reads version 2`);
  const [fault] = faultsOf(value);
  if (fault) throw new Error(`damaged: ${fault}`);
  const report = value as Report;
  const names = report.phases.flatMap(({ phase, items }) => [`phase ${phase}`, ...items.map(({ id }) => id)]);
  const twice = names.sort().find((name, index) => name === names[index - 1]);
  if (twice) throw new Error(`damaged: ${twice} appears twice`);
  const wrong = report.phases.flatMap(({ items }) => items).find((item) => !mayHave(item));
  if (wrong) throw new Error(`damaged: ${wrong.id} has ${wrong.points} points`);
  const phases = report.phases.map((phase) => ({ ...phase, score: scoreOf(phase.items) }));
  const score = scoreOf(phases.flatMap(({ items }) => items));
  const stated = report.phases.map((each) => ({ ...each, of: ` for phase ${each.phase}` }));
  const notes = [{ ...report, items: phases.flatMap(({ items }) => items), of: "" }, ...stated]
    .filter((each) => each.score.percent !== scoreOf(each.items).percent)
    .map((each) => `the report itself states ${each.score.percent} %${each.of}`);
  return { ...report, checkedAt: new Date(report.checkedAt).toISOString(), phases, score, notes };
}

function mayHave({ status, points, weight }: ItemReport): boolean {
  return points === 0 || (points === weight && (status === "pass" || status === "waiting"));
}

function rowOf(own: readonly Found[], all: readonly Found[]): Omit<StudentRow, "games"> {
  const time = ({ report }: Found) => Date.parse(report.checkedAt);
  const isProven = ({ attestedBy }: Found) => Number(attestedBy !== undefined);
  const ordered = own.toSorted((one, other) => isProven(other) - isProven(one) || time(other) - time(one));
  const [report, ...older] = ordered.map((each) => each.report) as [Report, ...Report[]];
  const { attestedBy, unproven = "no attestation was asked for (--signer)" } = ordered[0] as Found;
  const proof = attestedBy ? `attested by ${attestedBy}` : `self-reported: ${unproven}`;
  const stuck = failedIn(report)[0];
  const failedBefore = ({ id }: ItemReport) => {
    const fixed = older.findIndex((each) => !failedIn(each).some((item) => item.id === id));
    return (fixed < 0 ? older : older.slice(0, fixed)).at(-1) ?? report;
  };
  const [{ student, source } = { student: "", source: "" }] = own;
  const others = all.filter((each) => each.source !== source);
  const isOfOther = attestedBy !== undefined && !attestedBy.toLowerCase().includes(student.toLowerCase());
  const proven = isOfOther ? [`the proof does not name ${student}`] : [];
  const notes = [...sharedWith(own, others), ...proven, ...report.notes];
  return { student, report, stuck, since: stuck && failedBefore(stuck).checkedAt, proof, notes };
}

/** A report may be a copy of another student's. */
function sharedWith(own: readonly Found[], others: readonly Found[]): string[] {
  return Object.entries(traits).flatMap(([kind, valuesOf]) => {
    const values = own.flatMap(valuesOf);
    const sharing = others.filter((each) => valuesOf(each).some((value) => values.includes(value)));
    const [first, ...more] = new Set(sharing.map(({ student }) => student));
    if (first === undefined) return [];
    return [`the same ${kind} as ${first}${more.length > 0 ? ` and ${more.length} more` : ""}`];
  });
}

const traits: Readonly<Record<string, (found: Found) => string[]>> = {
  account: ({ report }) => (report.account === null ? [] : [report.account]),
  name: ({ student, report }) =>
    [student, report.student].filter((name) => name !== unnamed).map((name) => name.trim().toLowerCase()),
};

function failedIn({ phases }: Report): ItemReport[] {
  return phases.flatMap(({ items }) => items).filter(({ status, weight }) => status === "fail" && weight > 0);
}

/** Per cent of a phase; undefined if the report has none, or nothing of it could be checked. */
export function percentOf({ report }: StudentRow, phase: number): number | undefined {
  const score = report.phases.find((each) => each.phase === phase)?.score;
  return score && score.unchecked < score.of ? score.percent : undefined;
}
