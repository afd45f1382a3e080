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
  const lines = logLines
    .filter((line) => !isMetricLine(line))
    .flatMap((line) => plainText(line).split("\n"))
    .map(messageOf);
  const found =
    report(lines) ?? telling(lines) ?? ofNpm(lines) ?? lines.findLast((line) => line.trim()) ?? "";
  return shortened(found.replace(quiet, "").trim().replace(/\s+/g, " "));
}

/** Marks a message that its logger calls information; no text has it, as it is a control character. */
const quiet = "\u0001";

/** Lines that are not indented, and that runtimes and process managers print after the one that explains. */
const epilogue: readonly RegExp[] = [
  // Node, Bun, V8
  /^(?:Node\.js|Bun) v\d/,
  /^Require stack:|^- (?:\/|file:)/,
  /^\(Use `node|^\(node:\d+\)/,
  /^<---|^-----|^\d+: 0x/,
  // npm, yarn, pnpm, with what they print before
  /^npm (?:ERR!|error|notice|warn)/i,
  /^> |^\$ |^error Command failed|^info Visit |ELIFECYCLE/,
  // Go, Rust
  /^goroutine \d|^\[signal |^exit status \d/,
  /^stack backtrace:|^note: /,
  // PHP, which prints the first cause first
  /^Stack trace:|^#\d+ |^Next \S/,
  // .NET
  /^--- End of/,
  // Python: SQLAlchemy, gunicorn, uvicorn
  /^\(Background on this error|^\[SQL: |^\[parameters: /,
  /Worker failed to boot|Shutting down: Master|Worker exiting|Worker \(pid:|Application startup failed\. Exiting/,
  // Shells
  /^Aborted|^Segmentation fault|^Killed|^Terminated/,
  /^[{}[\](),;~^*-]+$/,
  /^\(log .* could not be read/,
];

/** A root cause in a stack: of .NET, Node (also within an AggregateError) and C++. Java's is not indented. */
const root = /^\s+(?:---> |\[cause\]: |what\(\):\s|(?=Error: ))(.+)$/;

function telling(lines: readonly string[]): string | undefined {
  const isCandidate = (line: string, index: number) =>
    /^\S/.test(line) && !epilogue.some((pattern) => pattern.test(line)) && !isGoFrame(lines[index + 1]);
  const last = lines.findLastIndex(isCandidate);
  const loud = lines.findLastIndex((line, index) => isCandidate(line, index) && !isInformation(line));
  const at = loud >= 0 && isError(lines[loud] ?? "") ? loud : last;
  if (at < 0) return undefined;
  const cause = lines.slice(at + 1).findLast((line) => root.test(line));
  const head = pythonError(lines, at) ?? lines[at] ?? "";
  return cause ? `${trimEnd(head)}: ${root.exec(cause)?.[1]}` : head;
}

/** Go prints each frame as a function, and below it a tab, file and line. */
function isGoFrame(next = ""): boolean {
  return /^\t\S+:\d+(?: \+0x[0-9a-f]+)?$/.test(next);
}

function isInformation(line: string): boolean {
  const head = line.slice(0, 120);
  return (
    line.startsWith(quiet) ||
    /\b(?:INFO|DEBUG|TRACE|NOTICE|WARN|WARNING)\b|\[(?:info|debug|notice|warn)\]|level=(?:info|debug|trace|warn)/.test(
      head,
    ) ||
    /HTTP\/[\d.]{1,3}" [1-4]\d\d\b/.test(line)
  );
}

function isError(line: string): boolean {
  return /error|exception|fatal|panic|fail|cannot|can.t |could not|unable|denied|refused|abort|critical|emerg|not found|caused by|missing|invalid|terminat|\bno such\b/i.test(
    line,
  );
}

const traceback = /Traceback \(most recent call last\):$/;
const chained = /^During handling of the above exception|^The above exception was the direct cause/;

/**
 * Returns the exception of the traceback that `at` ends: its message may have several lines. With an exception before it
 * that it was raised for, both, as either may be the one that a reader knows.
 */
function pythonError(lines: readonly string[], at: number): string | undefined {
  const errorAfter = (start: number) =>
    lines.findIndex((line, index) => index > start && /^\S/.test(line) && /^[\w.]+(?:$|:)/.test(line));
  const start = lines.findLastIndex((line, index) => index < at && traceback.test(line));
  const error = start < 0 ? -1 : errorAfter(start);
  if (error < 0 || error > at || at - error > mostLines) return undefined;
  const text = lines.slice(error, at + 1).filter((line) => line.trim());
  const link = lines.findIndex((line) => chained.test(line));
  const first = link < 0 || link > error ? "" : lines.slice(0, link).findLast((line) => /^\S/.test(line));
  return `${text.map((line) => line.trim()).join("; ")}${first ? ` (after ${first})` : ""}`;
}

/** A longer distance to a traceback means that it was logged for another reason. */
const mostLines = 4;

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

function trimEnd(head: string): string {
  return head.replace(/[.:\s]{1,9}$/, "");
}

const messageKeys = ["msg", "message", "@m", "@mt", "event"];
const errorKeys = ["err", "error", "exception", "exc_info", "stack_trace"];

/** Returns the message of a line in JSON, with its error, and marked as its level says. */
function messageOf(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const given = JSON.parse(line) as Record<string, unknown>;
    const fields = new Map(Object.entries(given).map(([key, value]) => [key.toLowerCase(), value]));
    const text = messageKeys
      .map((key) => fields.get(key))
      .find((value) => value && typeof value === "string");
    const error = errorKeys.map((key) => errorOf(fields.get(key))).find(Boolean) ?? "";
    const texts = [text, String(text).includes(error) ? "" : error].filter(Boolean);
    const level = fields.get("level") ?? fields.get("severity") ?? fields.get("@l") ?? fields.get("loglevel");
    const isQuiet =
      typeof level === "number" ? level < 50 : /^(?:info|debug|trace|notice|warn)/i.test(String(level));
    return texts.length === 0
      ? line
      : `${isQuiet ? quiet : ""}${plainText(texts.join(": ")).replace(/\s+/g, " ")}`;
  } catch {
    return line;
  }
}

function errorOf(value: unknown): string {
  if (typeof value === "string") return value.includes("\n") ? lastWords(value.split("\n")) : value;
  const { message } = (value ?? {}) as { message?: unknown };
  return typeof message === "string" ? message : "";
}
