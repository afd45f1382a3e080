import { plainText, shortened } from "../core/plain-text.ts";

/** Returns whether a line is in CloudWatch's embedded metric format, which does not help a reader. */
export function isMetricLine(line: string): boolean {
  return /^\s*\{.*"_aws"\s*:/s.test(line);
}

/**
 * Returns the line at the end of a log that explains why its program ended, in one line; "" without any. In every
 * language it is the last line that is not indented, as stack frames and properties are, and that its logger does not
 * call information; what runtimes and process managers print after it is left out (`epilogue`).
 */
export function lastWords(logLines: readonly string[]): string {
  const kept = logLines.filter((line) => !isMetricLine(line));
  const lines = kept.flatMap((line) => plainText(line).split("\n")).map(messageOf);
  const found = report(lines) ?? telling(lines) ?? ofNpm(lines) ?? lines.findLast((line) => line.trim());
  return shortened((found ?? "").replace(quiet, "").replace(grave, "").trim().replace(/\s+/g, " "));
}

/** Mark a message that its logger calls information or an error; no text has these control characters. */
const [quiet, grave] = ["\u0001", "\u0002"];

/** Lines that are not indented, and that runtimes and process managers print after the one that explains. */
const epilogue: readonly RegExp[] = [
  // Node, Bun and V8; npm, yarn and pnpm, with what they print before
  /^(?:Node\.js|Bun) v\d|^Require stack:|^- (?:\/|file:)|^\(Use `node|^\(node:\d+\)|^<---|^-----|^\d+: 0x/,
  /^npm (?:ERR!|error|notice|warn)|^> |^\$ |^error Command failed|^info Visit |ELIFECYCLE/i,
  // Go; Rust; Perl; PHP, which prints the first cause first; .NET; shells
  /^goroutine \d|^\[signal |^exit status \d|^stack backtrace:|^note: |^Stack trace:|^#\d+ |^Next \S|^--- End of/,
  /^Caused by:$|^BEGIN failed--/,
  /^Aborted|^Segmentation fault|^Killed|^Terminated|^[{}[\](),;~^*-]+$|^\(log .* could not be read/,
  // Python, whose traceback Lambda prints after the error: SQLAlchemy, gunicorn, uvicorn
  /^Traceback \(most recent|^\(Background on this error|^\[(?:SQL|parameters): |Application startup failed\. Exiting/,
  /Worker failed to boot|Shutting down: Master|Worker exiting|Worker \(pid:/,
];

/** A root cause in a stack: of .NET, Node (also within an AggregateError) and C++. Java's is not indented. */
const root = /^\s+(?:---> |\[cause\]: |what\(\):\s|(?=Error: ))(.+)$/;

/** Go prints each frame as a function, and below it a tab, file and line. */
const goFrame = /^\t\S+:\d+(?: \+0x[0-9a-f]+)?$/;
const information =
  /^.{0,100}(?:\b(?:INFO|DEBUG|TRACE|NOTICE|WARN|WARNING)\b|\[(?:info|debug|notice|warn)\]|level=(?:info|debug|trace|warn))|HTTP\/[\d.]{1,3}" [1-4]\d\d\b/;
const error =
  /error|exception|fatal|panic|fail|cannot|can.t |could not|unable|denied|refused|abort|critical|emerg|not found|caused by|missing|invalid|terminat|\bno such\b/i;

/** So many plain lines, such as `exiting`, may follow an error that explains them. */
const mostAfter = 3;

function telling(lines: readonly string[]): string | undefined {
  const isCandidate = (line: string, index: number) =>
    /^\S/.test(line) && !epilogue.some((each) => each.test(line)) && !goFrame.test(lines[index + 1] ?? "");
  const isLoud = (line: string, index: number) =>
    isCandidate(line, index) && !line.startsWith(quiet) && !information.test(line);
  const last = lines.findLastIndex(isCandidate);
  const loud = lines.findLastIndex(
    (line, index) => isLoud(line, index) && (line.startsWith(grave) || error.test(line)),
  );
  const others = lines.filter((line, index) => index > loud && isLoud(line, index)).length;
  const at = loud >= 0 && others <= mostAfter ? loud : last;
  const said = /panicked at .*:$/.test(lines[at] ?? "") ? `${lines[at]} ${lines[at + 1]}` : lines[at];
  const head = pythonError(lines, last) ?? said;
  const after = lines.slice(at + 1);
  const cause = root.exec(after.findLast((line) => root.test(line)) ?? "")?.[1] ?? causeInRust(after);
  return head && cause ? `${head.replace(/[.:\s]{1,9}$/, "")}: ${cause}` : head;
}

/** Returns the last of the causes that Rust's anyhow and eyre list below an error, with a number if there are several. */
function causeInRust(lines: readonly string[]): string | undefined {
  const listed = lines.slice(lines.indexOf("Caused by:") + 1 || lines.length);
  const end = listed.findIndex((line) => !line.startsWith("    "));
  return listed
    .slice(0, end < 0 ? listed.length : end)
    .at(-1)
    ?.replace(/^ {3,5}(?:\d+: )?/, "");
}

const chained = /^During handling of the above exception|^The above exception was the direct cause/;
/** A longer distance from a traceback to the end means that it was logged for another reason. */
const mostLines = 4;

/**
 * Returns the exception of the traceback that `at` ends: its message may have several lines. With an exception before it
 * that it was raised for, both, as either may be the one that a reader knows.
 */
function pythonError(lines: readonly string[], at: number): string | undefined {
  const start = lines.findLastIndex((line, index) => index < at && /^Traceback \(most recent/.test(line));
  const from = lines.findIndex((line, index) => index > start && /^[\w.]+(?:$|:)/.test(line));
  if (start < 0 || from < 0 || from > at || at - from > mostLines) return undefined;
  const text = lines.slice(from, at + 1).map((line) => line.trim());
  const link = lines.slice(0, from).findIndex((line) => chained.test(line));
  const first = lines.slice(0, Math.max(link, 0)).findLast((line) => /^\S/.test(line));
  return `${text.filter(Boolean).join("; ")}${first ? ` (after ${first})` : ""}`;
}

/** Returns what a report in prose says: Spring Boot's, and a crash of Go, whose frames say nothing more. */
function report(lines: readonly string[]): string | undefined {
  const banner = lines.findLastIndex((line) => line.trim() === "APPLICATION FAILED TO START");
  const description = lines.findIndex((line, index) => index > banner && line.trim() === "Description:");
  if (banner >= 0 && description >= 0) return lines.slice(description + 1).find((line) => line.trim());
  const goroutine = lines.findLastIndex((line) => /^goroutine \d+ \[/.test(line));
  return lines.slice(0, goroutine + 1).findLast((line) => /^(?:panic|fatal error): /.test(line));
}

/** Returns the cause where npm itself failed: its first line that is not a detail. */
function ofNpm(lines: readonly string[]): string | undefined {
  const detail = /^npm (?:ERR!|error) (?:code|errno|syscall|path|command|signal|workspace|location)\b/i;
  return lines.find((line) => /^npm (?:ERR!|error) \S/i.test(line) && !detail.test(line));
}

const messageKeys = ["msg", "message", "@m", "@mt", "event"];
const errorKeys = ["err", "error", "exception", "exc_info", "stack_trace"];
const levelKeys = ["level", "severity", "@l", "loglevel"];

/** Returns the message of a line in JSON, with its error, and marked as its level says. */
function messageOf(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const given = JSON.parse(line) as Record<string, unknown>;
    const fields = new Map(Object.entries(given).map(([key, value]) => [key.toLowerCase(), value]));
    const first = (keys: string[]) => keys.map((key) => textOf(fields.get(key))).find(Boolean) ?? "";
    const [text, why] = [first(messageKeys), first(errorKeys)];
    const said = [text, text.includes(why) ? "" : why].filter(Boolean).join(": ");
    const level = levelKeys.map((key) => fields.get(key)).find((value) => value !== undefined);
    const isQuiet = Number(level) < 50 || /^(?:info|debug|trace|notice|warn)/i.test(String(level));
    const mark = isQuiet ? quiet : level === undefined ? "" : grave;
    return said ? `${mark}${plainText(said).replace(/\s+/g, " ")}` : line;
  } catch {
    return line;
  }
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value.includes("\n") ? lastWords(value.split("\n")) : value;
  const { message } = (value ?? {}) as { message?: unknown };
  return typeof message === "string" ? message : "";
}
