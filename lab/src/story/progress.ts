import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import { stripVTControlCharacters, styleText } from "node:util";
import { wrap } from "@ecs-delivery/program/wrap";
import type { Conclusion, RunEvent } from "../runner/result.ts";

/** The part of a stream such as standard output that is used here. */
interface Terminal extends NodeJS.WritableStream {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export interface Progress {
  say(line: string): void;
  /** Prints lines to copy, which no line break divides. */
  sayVerbatim(lines: string): void;
  stepStarted(name: string): void;
  stepFinished(name: string, durationMs: number, problem?: string): void;
  runEvent(event: RunEvent): void;
  /** Prints the lines of jobs that have not ended. */
  end(): void;
}

const marks = { success: "✓", failure: "✗", cancelled: "◦", skipped: "-" } as const;
const colours = { success: "green", failure: "red", cancelled: "yellow", skipped: "dim" } as const;

/**
 * Reports events as they happen: finished work as lines, and below them, on a terminal, what is in progress.
 * @param interruption after which events belong to the shutdown, and are not reported
 */
export function createProgress(terminal: Terminal, interruption: AbortSignal): Progress {
  const list = createList(terminal, interruption);
  const print = (text: string, breaks = true) => {
    const columns = breaks && terminal.isTTY ? terminal.columns || 80 : Number.POSITIVE_INFINITY;
    const lines = text.split("\n").map((line) => wrap(line, columns, hangingIndent(line)));
    list.printAbove(`${lines.join("\n")}\n`);
  };
  // Respects NO_COLOR, FORCE_COLOR and the terminal's capabilities.
  const paint: Paint = (format, text) => styleText(format, text, { stream: terminal });
  const runs = reportRuns(print, paint, list);
  interruption.addEventListener("abort", () => terminal.write("ending …\n"));
  return {
    say: (line) => print(plain(line)),
    sayVerbatim: (lines) => print(plain(lines), false),
    stepStarted: (name) => list.show(name, [`… ${name}`]),
    stepFinished(name, durationMs, problem) {
      list.hide(name);
      const conclusion = problem === undefined ? "success" : "failure";
      print(endOf(paint, conclusion, name, durationMs));
      if (problem !== undefined) print(indented(2, plain(problem), (line) => paint("red", line)));
    },
    runEvent: (event) => runs.notice(event.type === "log" ? event : plainEvent(event)),
    end: runs.end,
  };
}

/** A stranger's names and messages may not move the cursor, nor hide lines of the list that a user agrees to. */
export const plain = (text: string) =>
  stripVTControlCharacters(text).replace(/(?![\n\t])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, "");

const plainEvent = (event: RunEvent): RunEvent =>
  JSON.parse(JSON.stringify(event), (_, value) => (typeof value === "string" ? plain(value) : value));

type Paint = (format: (typeof colours)[Conclusion], text: string) => string;

const endOf = (paint: Paint, conclusion: Conclusion, name: string, durationMs: number) =>
  `${paint(colours[conclusion], marks[conclusion])} ${name} ${paint("dim", seconds(durationMs))}`;

type List = ReturnType<typeof createList>;

/** Reports the end of each run, and each job when it ends, so that lines of parallel jobs do not mix. */
function reportRuns(print: (text: string) => void, paint: Paint, list: List) {
  const titles = new Map<number, string>();
  const jobs = new Map<string, { lines: string[]; step: string; bar: string[] }>();
  const notice = (event: RunEvent): void => {
    if (event.type === "run-started")
      titles.set(event.run, `${event.workflow} #${event.run} (${event.event} ${event.sha.slice(0, 7)})`);
    const title = titles.get(event.run) ?? "";
    if (event.type === "run-finished")
      print(`  ${endOf(paint, event.conclusion, `${title}: ${event.conclusion}`, event.durationMs)}`);
    if (!("job" in event)) return;
    const key = `${event.run} ${event.job}`;
    if (event.type === "job-started")
      jobs.set(key, { lines: [`  ${title} › ${event.job}`], step: "", bar: [] });
    const job = jobs.get(key);
    if (!job) return;
    if (event.type === "step-started") {
      Object.assign(job, { step: `    … ${title} › ${event.job} › ${event.step}`, bar: [] });
      list.show(key, [job.step]);
    }
    if (event.type === "log") {
      job.bar = trafficBar(event.line) ?? job.bar;
      const line = stripVTControlCharacters(event.line).replace(/\p{Cc}+/gu, " ");
      if (line.trim() !== "") list.show(key, [job.step, ...job.bar, `      ${line.trim()}`]);
    }
    if (event.type === "left-out")
      job.lines.push(indented(6, `skipped: ${event.what}. ${event.why}`, (line) => paint("yellow", line)));
    if (event.type === "step-finished")
      job.lines.push(`    ${endOf(paint, event.conclusion, event.step, event.durationMs)}`);
    if (event.type === "annotation") {
      const { level, message } = event.annotation;
      const colour = level === "error" ? "red" : "yellow";
      job.lines.push(indented(6, `${level}: ${message}`, (line) => paint(colour, line)));
    }
    if (event.type === "step-finished" || event.type === "job-finished") list.hide(key);
    if (event.type !== "job-finished") return;
    jobs.delete(key);
    print(job.lines.join("\n"));
  };
  return {
    notice,
    end() {
      for (const { lines } of jobs.values()) print(lines.join("\n"));
      jobs.clear();
    },
  };
}

/** A line that begins with a mark continues below its text. */
function hangingIndent(line: string): number {
  const text = stripVTControlCharacters(line);
  return (/^ *[✓✗◦-] /.exec(text) ?? /^ */.exec(text))?.[0].length ?? 0;
}

/** The log of a step may have 1,000 lines a second. */
const drawEveryMs = 250;

/** Shows lines at the bottom of a terminal, each entry with its age; shows nothing where the cursor cannot move. */
function createList(terminal: Terminal, interruption: AbortSignal) {
  const entries = new Map<string, { since: number; lines: readonly string[] }>();
  const moves = terminal.isTTY && process.env.TERM !== "dumb";
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;
  const clear = () => {
    if (drawn === 0) return;
    cursorTo(terminal, 0);
    moveCursor(terminal, 0, 1 - drawn);
    clearScreenDown(terminal);
    drawn = 0;
  };
  const draw = () => {
    const lines = [...entries.values()].flatMap(({ since, lines: [first = "", ...more] }) => {
      const age = Math.round((performance.now() - since) / 1000);
      return [age > 0 ? `${first} ${age} s` : first, ...more];
    });
    const shown = lines.slice(0, (terminal.rows || 24) - 1);
    const width = (terminal.columns || 80) - 1;
    if (shown.length > 0) terminal.write(shown.map((line) => [...line].slice(0, width).join("")).join("\n"));
    drawn = shown.length;
  };
  const close = () => {
    clearInterval(timer);
    timer = undefined;
    clear();
  };
  interruption.addEventListener("abort", close);
  return {
    printAbove(text: string) {
      if (interruption.aborted) return;
      clear();
      terminal.write(text);
      draw();
    },
    /** Shows the lines, also in the place of earlier ones. */
    show(key: string, lines: readonly string[]) {
      if (!moves || interruption.aborted) return;
      const known = entries.get(key);
      entries.set(key, { since: known?.since ?? performance.now(), lines });
      timer ??= setInterval(() => {
        clear();
        draw();
      }, drawEveryMs).unref();
    },
    hide(key: string) {
      if (entries.delete(key) && entries.size === 0) close();
    },
  };
}

const barLength = 40;

/** Returns a bar of the traffic when a deployment's log states it. */
function trafficBar(line: string): string[] | undefined {
  const [, old, next] = /\btraffic: old (\d+) %, new (\d+) %/.exec(line) ?? [];
  if (old === undefined || next === undefined) return undefined;
  const filled = Math.round((Number(next) / 100) * barLength);
  const bar = `${"░".repeat(barLength - filled)}${"█".repeat(filled)}`;
  return [`      old ${old.padStart(3)} % ${bar} ${next.padStart(3)} % new`];
}

export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

const indented = (spaces: number, text: string, paintLine: (line: string) => string) =>
  text.replace(/^.+$/gm, (line) => " ".repeat(spaces) + paintLine(line));
