import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { type InputReader, readInputs } from "../../core/inputs.ts";
import { readLoad } from "../../load/read-load.ts";

export type MeasureInputs = PlanInputs | RecordInputs | ReportInputs;
export type PlanInputs = ReturnType<typeof readPlanInputs>;
export type RecordInputs = ReturnType<typeof readRecordInputs>;
export type ReportInputs = ReturnType<typeof readReportInputs>;

/** A typing error must not rent a hundred tasks; an account's first Fargate quota (6 vCPU) ends before, too. */
const mostTasks = 20;
/** The number of jobs that GitHub runs in parallel for a free account: more would wait until others have ended. */
const mostGenerators = 20;

export function readMeasureInputs(getInput?: (name: string) => string): MeasureInputs {
  return readInputs((read) => {
    const mode = read.choice("mode", ["plan", "record", "report"]);
    // An unknown mode is a problem already; its inputs cannot be checked.
    return readers[mode]?.(read);
  }, getInput);
}

const readers = { plan: readPlanInputs, record: readRecordInputs, report: readReportInputs };

function readPlanInputs(read: InputReader) {
  return {
    mode: "plan" as const,
    taskCounts: readTaskCounts(read),
    generators: read.integer("generators", { min: 1, max: mostGenerators, fallback: 1 }),
    load: readLoadProfile(read),
  };
}

function readRecordInputs(read: InputReader) {
  read.required("task-count");
  const taskCount = read.integer("task-count", { min: 1, max: mostTasks, fallback: 0 });
  return {
    mode: "record" as const,
    cluster: read.required("cluster"),
    service: read.required("service"),
    taskCount,
    /** Number of generators that should have sent load. */
    generators: countGenerators(read),
    /** Folder of the generators' reports. */
    reportsFolder: read.required("reports"),
    /** File that run-load-test merged from them, with its assertions. */
    mergedFile: read.optional("merged-report"),
    /** Why the service did not reach the count. */
    cause: read.optional("cause"),
    measurementFile: temporary(`measurement-${taskCount}.json`),
  };
}

function readReportInputs(read: InputReader) {
  return {
    mode: "report" as const,
    taskCounts: readTaskCounts(read),
    measurementsFolder: read.required("measurements"),
    reportFile: temporary("scaling-report.json"),
  };
}

/** Reads mode plan's output `generators`. */
function countGenerators(read: InputReader): number {
  const isList = (value: unknown): value is number[] => Array.isArray(value) && value.length > 0;
  return read.json("generators", "the output generators of mode plan, such as [1,2]", isList, [1]).length;
}

/** Reads different whole numbers, separated by blanks or commas. A JSON list works, too. */
function readTaskCounts(read: InputReader): number[] {
  const text = read.required("task-counts");
  const words = text.replace(/^\[(.*)\]$/s, "$1").match(/[^\s,]+/g) ?? [];
  const counts = words.map(Number);
  const wrong = words.filter((word, index) => {
    const count = /^\d{1,2}$/.test(word) ? Number(word) : 0;
    return count < 1 || count > mostTasks || counts.indexOf(count) < index;
  });
  const which = wrong.length > 0 ? `, with ${wrong.join(", ")} in it` : "";
  if (text && (which || words.length === 0))
    read.problem(
      `Input task-counts is "${text}"${which}; expected different whole numbers from 1 to ${mostTasks}, such as "1 2 3"`,
    );
  return counts;
}

function temporary(name: string): string {
  return join(process.env.RUNNER_TEMP ?? tmpdir(), name);
}

/** Placeholder for the address that is not known yet; no real host has this name (RFC 2606). */
const anyAddress = "http://address.invalid";

/**
 * Reads the load of every count: run-load-test's inputs by name, empty ones not set. It is checked by run-load-test's
 * own rules, so that a mistake is found before anything is scaled. Without an address, targets are not known yet.
 */
function readLoadProfile(read: InputReader): Readonly<Record<string, string>> {
  const address = readAddress(read);
  const paths = readPaths(read);
  const rate = read.optional("rate") ?? "";
  const profile = {
    targets: paths.map((path) => `${address ?? anyAddress}${path}`).join("\n"),
    "allowed-hosts": new URL(address ?? anyAddress).host,
    connections: rate ? "" : (read.optional("connections") ?? ""),
    rate,
    duration: read.optional("duration") ?? "",
    "warm-up": read.optional("warm-up") ?? "",
    // A form sends them in one line.
    assertions: read.names("assertions").join("\n"),
  };
  // With all paths faulty, no targets remain, which needs no second message.
  if (profile.targets) checkByItsRules(read, profile);
  return address ? profile : { ...profile, targets: "", "allowed-hosts": "" };
}

/** Reads scheme and host, without a slash at the end. */
function readAddress(read: InputReader): string | undefined {
  const text = read.optional("address");
  if (!text) return undefined;
  if (/^https?:\/\/[^/@?#\s]+\/?$/.test(text) && URL.canParse(text)) return new URL(text).origin;
  read.problem(`Input address is "${text}"; expected scheme and host, such as https://web.example`);
  return undefined;
}

function readPaths(read: InputReader): string[] {
  const paths = (read.optional("paths") ?? "/").split(/\s+/);
  const wrong = paths.filter((path) => !/^\/(?!\/)[^\\#]*$/.test(path));
  if (wrong.length > 0)
    read.problem(
      `Input paths has ${wrong.join(", ")}; expected paths that begin with one /, such as /suppliers`,
    );
  return paths.filter((path) => !wrong.includes(path));
}

function checkByItsRules(read: InputReader, profile: Readonly<Record<string, string>>): void {
  try {
    readInputs(readLoad, (name) => profile[name] ?? "");
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    read.problem(error.message);
  }
}
