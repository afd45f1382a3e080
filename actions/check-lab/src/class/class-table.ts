import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ItemReport, Report } from "../report.ts";

export interface ClassTable {
  /** Phases that any report has, ascending. */
  readonly phases: readonly number[];
  /** By name. */
  readonly students: readonly StudentRow[];
  /** Files that are no report and repositories without one, each with its reason. */
  readonly unread: readonly Unread[];
}

export interface StudentRow {
  readonly student: string;
  /** The newest report. */
  readonly report: Report;
  /** The first item that fails; undefined if none does. */
  readonly stuck: ItemReport | undefined;
  /** When that item failed first, of those reports in a row in which it did. ISO 8601. */
  readonly since: string | undefined;
}

/** A file that may be a report. */
export interface FoundFile {
  readonly file: string;
  readonly text: string;
  /** Name for a report that has none. */
  readonly student?: string;
}

/** A file or a repository that gave no report. */
export interface Unread {
  readonly file: string;
  readonly reason: string;
}

/** Name of a student in a report of a run that was given none. */
const unnamed = "this account";

/** Reads the JSON files of a folder and its folders, without the badges that are next to reports. */
export function readFolder(folder: string): FoundFile[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".json") && !file.endsWith("badge.json"))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));
}

/** Makes the table of all reports among the files. Of a student's several reports the newest counts. */
export function makeTable(files: readonly FoundFile[], missing: readonly Unread[] = []): ClassTable {
  const reports: Report[] = [];
  const unread = [...missing];
  for (const { file, text, student } of files) {
    try {
      const report = parseReport(text);
      reports.push(student && report.student === unnamed ? { ...report, student } : report);
    } catch (error) {
      unread.push({ file, reason: (error as Error).message });
    }
  }
  const byStudent = Map.groupBy(reports, ({ student }) => student);
  const students = [...byStudent.values()].map(rowOf);
  const phases = [...new Set(reports.flatMap((report) => report.phases.map(({ phase }) => phase)))];
  return {
    phases: phases.sort((one, other) => one - other),
    students: students.sort((one, other) => one.student.localeCompare(other.student)),
    unread,
  };
}

/** Throws what is wrong with a text that is no report of this version. */
function parseReport(text: string): Report {
  let value: Partial<Report>;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`damaged: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || !("version" in value))
    throw new Error("no report of check-lab");
  if (value.version !== 1)
    throw new Error(`a report of version ${value.version}; this program reads version 1`);
  const { student, checkedAt, phases, score } = value;
  const isComplete =
    typeof student === "string" &&
    !Number.isNaN(Date.parse(checkedAt ?? "")) &&
    typeof score?.percent === "number" &&
    Array.isArray(phases) &&
    phases.every(({ phase, score, items }) => Number.isInteger(phase) && score && Array.isArray(items));
  if (!isComplete) throw new Error("damaged: student, checkedAt, score or phases are missing");
  return value as Report;
}

function rowOf(reports: readonly Report[]): StudentRow {
  const ordered = reports.toSorted((one, other) => Date.parse(other.checkedAt) - Date.parse(one.checkedAt));
  const [report, ...older] = ordered as [Report, ...Report[]];
  const stuck = failedIn(report)[0];
  const failedBefore = ({ id }: ItemReport) => {
    const fixed = older.findIndex((each) => !failedIn(each).some((item) => item.id === id));
    return (fixed < 0 ? older : older.slice(0, fixed)).at(-1) ?? report;
  };
  return { student: report.student, report, stuck, since: stuck && failedBefore(stuck).checkedAt };
}

function failedIn({ phases }: Report): ItemReport[] {
  return phases.flatMap(({ items }) => items).filter(({ status, weight }) => status === "fail" && weight > 0);
}

/** Per cent of a phase; undefined if the report has none, or nothing of it could be checked. */
export function percentOf({ report }: StudentRow, phase: number): number | undefined {
  const score = report.phases.find((each) => each.phase === phase)?.score;
  return score && score.of > 0 ? score.percent : undefined;
}
