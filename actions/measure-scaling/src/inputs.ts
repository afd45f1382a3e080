import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../shared/failure.ts";
import { type InputReader, readInputs } from "../../shared/inputs.ts";
import { readLoad } from "../../shared/load/read-load.ts";

export type MeasureInputs = PlanInputs | RecordInputs | ReportInputs;

export interface PlanInputs {
  readonly mode: "plan";
  /** As given, without duplicates. */
  readonly taskCounts: readonly number[];
  readonly generators: number;
  readonly load: LoadProfile;
}

export interface RecordInputs {
  readonly mode: "record";
  readonly cluster: string;
  readonly service: string;
  readonly taskCount: number;
  /** Number of generators that should have sent load. */
  readonly generators: number;
  /** Folder of the generators' reports. */
  readonly reportsFolder: string;
  /** File that run-load-test merged from them, with its assertions. */
  readonly mergedFile: string | undefined;
  /** Why the service did not reach the count. */
  readonly cause: string | undefined;
  readonly measurementFile: string;
}

export interface ReportInputs {
  readonly mode: "report";
  readonly taskCounts: readonly number[];
  readonly measurementsFolder: string;
  readonly reportFile: string;
}

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

function readPlanInputs(read: InputReader): PlanInputs {
  return {
    mode: "plan",
    taskCounts: readTaskCounts(read),
    generators: readGenerators(read),
    load: readLoadProfile(read),
  };
}

function readRecordInputs(read: InputReader): RecordInputs {
  const taskCount = read.integer("task-count", { min: 1, max: mostTasks, fallback: 0 });
  if (!read.optional("task-count")) read.required("task-count");
  return {
    mode: "record",
    cluster: read.required("cluster"),
    service: read.required("service"),
    taskCount,
    generators: countGenerators(read),
    reportsFolder: read.required("reports"),
    mergedFile: read.optional("merged-report"),
    cause: read.optional("cause"),
    measurementFile: read.optional("measurement") ?? temporary(`measurement-${taskCount}.json`),
  };
}

function readReportInputs(read: InputReader): ReportInputs {
  return {
    mode: "report",
    taskCounts: readTaskCounts(read),
    measurementsFolder: read.required("measurements"),
    reportFile: read.optional("report") ?? temporary("scaling-report.json"),
  };
}

function readGenerators(read: InputReader): number {
  return read.integer("generators", { min: 1, max: mostGenerators, fallback: 1 });
}

/** Reads mode plan's output `generators`. */
function countGenerators(read: InputReader): number {
  const isList = (value: unknown): value is number[] => Array.isArray(value) && value.length > 0;
  return read.json("generators", "the output generators of mode plan, such as [1,2]", isList, [1]).length;
}

/** Reads whole numbers from 1 up, separated by blanks or commas, without duplicates. A JSON list works, too. */
function readTaskCounts(read: InputReader): number[] {
  const text = read.required("task-counts");
  const words = text
    .replace(/^\[(.*)\]$/s, "$1")
    .split(/[\s,]+/)
    .filter(Boolean);
  const wrong = words.filter((word) => !/^\d{1,9}$/.test(word) || Number(word) < 1 || Number(word) > mostTasks);
  const counts = words.map(Number);
  if (wrong.length > 0)
    read.problem(
      `Input task-counts is "${text}", with ${wrong.join(", ")} in it; expected whole numbers from 1 to ${mostTasks}, such as "1 2 3"`,
    );
  else if (text && words.length === 0)
    read.problem(`Input task-counts is "${text}"; expected whole numbers such as "1 2 3"`);
  else if (new Set(counts).size < counts.length)
    read.problem(`Input task-counts is "${text}", which has a count twice`);
  return counts;
}

function temporary(name: string): string {
  return join(process.env.RUNNER_TEMP ?? tmpdir(), name);
}

/** Inputs of run-load-test by name; an empty one is not set. */
type LoadProfile = Readonly<Record<(typeof names)[number], string>>;
const names = [
  "targets",
  "allowed-hosts",
  "loop",
  "connections",
  "rate",
  "duration",
  "warm-up",
  "assertions",
] as const;

/** Placeholder for the address that is not known yet; no real host has this name (RFC 2606). */
const anyAddress = "http://address.invalid";

/**
 * Reads the load of every count, checked by run-load-test's own rules, so that a mistake is found before anything is
 * scaled. Without an address there are no targets yet.
 */
function readLoadProfile(read: InputReader): LoadProfile {
  const address = readAddress(read);
  const rate = read.optional("rate") ?? "";
  const profile = {
    ...targetsOf(address ?? anyAddress, readPaths(read)),
    loop: rate ? "open" : "closed",
    connections: rate ? "" : (read.optional("connections") ?? ""),
    rate,
    duration: read.optional("duration") ?? "",
    "warm-up": read.optional("warm-up") ?? "",
    assertions: readAssertions(read),
  };
  checkByItsRules(read, profile);
  return address ? profile : { ...profile, targets: "", "allowed-hosts": "" };
}

/** Reads scheme and host, without a slash at the end. */
function readAddress(read: InputReader): string | undefined {
  const text = read.optional("address");
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.host && url.href === `${url.origin}/`) return url.origin;
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
  const once = [...new Set(paths)];
  if (once.length < paths.length) read.problem(`Input paths is "${paths.join(" ")}", which has a path twice`);
  return once.filter((path) => !wrong.includes(path));
}

/** Splits one line, as a form sends it, into lines. */
function readAssertions(read: InputReader): string {
  const texts = read.lines("assertions").flatMap((line) => line.split(","));
  return texts
    .map((text) => text.trim())
    .filter(Boolean)
    .join("\n");
}

function targetsOf(
  address: string,
  paths: readonly string[],
): Pick<LoadProfile, "targets" | "allowed-hosts"> {
  return {
    targets: paths.map((path) => `${address}${path}`).join("\n"),
    "allowed-hosts": new URL(address).host,
  };
}

function checkByItsRules(read: InputReader, profile: LoadProfile): void {
  // With all paths faulty, no targets remain, which needs no second message.
  if (!profile.targets) return;
  try {
    readInputs(readLoad, (name) => (profile as Readonly<Record<string, string>>)[name] ?? "");
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    read.problem(error.message);
  }
}
