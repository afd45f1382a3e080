import { stripVTControlCharacters } from "node:util";
import { wrap } from "../../../program/src/wrap.mjs";

/** The part of a stream such as standard output that is used here. */
export interface Terminal extends NodeJS.WritableStream {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

/** Lines that belong together. */
export interface Block {
  line(text: string): void;
  end(): void;
}

export interface Shown {
  /** Sets the lines below the text. */
  detail(lines: readonly string[]): void;
  hide(): void;
}

export interface LiveOutput {
  /** Prints a separate line. */
  line(text: string): void;
  /** Prints lines to copy: only the terminal breaks them, so that each is pasted as one. */
  verbatim(text: string): void;
  /** Lines of different blocks do not mix: one is printed immediately, the others when they end. */
  block(heading: string): Block;
  /** Shows on a terminal what is in progress, with its age. */
  show(text: string): Shown;
  /** Prints waiting lines, including those of blocks that have not ended. */
  flush(): void;
}

interface Line {
  text: string;
  /** Whether it is broken at blanks where the terminal ends. */
  breaks: boolean;
}

/** Prints lines and, on a terminal, a list below them of what is in progress. After `silence` it prints nothing. */
export function createLiveOutput(terminal: Terminal, silence: AbortSignal): LiveOutput {
  const list = createList(terminal);
  const print = ({ text, breaks }: Line) => {
    if (silence.aborted) return;
    list.clear();
    const columns = breaks && terminal.isTTY ? terminal.columns || 80 : Number.POSITIVE_INFINITY;
    for (const line of text.split("\n")) terminal.write(`${wrap(line, columns, hangingIndent(line))}\n`);
    list.draw();
  };
  silence.addEventListener("abort", list.close);
  const open: Line[][] = [];
  const waiting: Line[] = [];
  const flushWaiting = () => {
    for (const line of waiting.splice(0)) print(line);
  };
  const flushFirst = () => {
    for (const line of open[0]?.splice(0) ?? []) print(line);
  };
  const add = (line: Line) => {
    waiting.push(line);
    if (open.length === 0) flushWaiting();
  };
  return {
    line: (text) => add({ text, breaks: true }),
    verbatim: (text) => add({ text, breaks: false }),
    block(heading) {
      const lines: Line[] = [{ text: heading, breaks: true }];
      open.push(lines);
      flushFirst();
      return {
        line(text) {
          lines.push({ text, breaks: true });
          if (open[0] === lines) flushFirst();
        },
        end() {
          const index = open.indexOf(lines);
          if (index < 0) return;
          open.splice(index, 1);
          waiting.push(...lines);
          if (index > 0) return;
          flushWaiting();
          flushFirst();
        },
      };
    },
    show: list.show,
    flush() {
      for (const lines of open.splice(0)) for (const line of lines) print(line);
      flushWaiting();
    },
  };
}

/** A line that begins with a mark continues below its text. */
function hangingIndent(line: string): number {
  const text = stripVTControlCharacters(line);
  return (/^ *[✓✗◦-] /.exec(text) ?? /^ */.exec(text))?.[0].length ?? 0;
}

/** Details may change 1,000 times a second, such as the lines of a log. */
const detailsEveryMs = 100;

/** Shows lines at the bottom of a terminal; does nothing if the terminal cannot move its cursor. */
function createList(terminal: Terminal) {
  const entries = new Set<{ text: string; since: number; detail: readonly string[] }>();
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Timeout | undefined;
  let moves = terminal.isTTY && process.env.TERM !== "dumb";
  const clear = () => {
    if (drawn > 0) terminal.write(`\r${drawn > 1 ? `\u001b[${drawn - 1}A` : ""}\u001b[J`);
    drawn = 0;
  };
  const draw = () => {
    const columns = terminal.columns || 80;
    const rows = terminal.rows || 24;
    const lines = [...entries].flatMap(({ text, since, detail }) => {
      const seconds = Math.round((performance.now() - since) / 1000);
      return [seconds > 0 ? `${text} ${seconds} s` : text, ...detail];
    });
    const shown = lines.slice(0, rows - 1).map((line) => [...line].slice(0, columns - 1).join(""));
    if (shown.length > 0) terminal.write(shown.join("\n"));
    drawn = shown.length;
  };
  const redraw = () => {
    clearTimeout(soon);
    soon = undefined;
    clear();
    draw();
  };
  const stop = () => {
    clearInterval(timer);
    clearTimeout(soon);
    timer = undefined;
    soon = undefined;
  };
  return {
    clear,
    draw,
    show(text: string): Shown {
      if (!moves) return { detail() {}, hide() {} };
      const entry = { text, since: performance.now(), detail: [] as readonly string[] };
      entries.add(entry);
      timer ??= setInterval(redraw, 1000).unref();
      redraw();
      return {
        detail(lines) {
          if (!entries.has(entry)) return;
          entry.detail = lines;
          soon ??= setTimeout(redraw, detailsEveryMs).unref();
        },
        hide() {
          if (!entries.delete(entry)) return;
          if (entries.size === 0) stop();
          redraw();
        },
      };
    },
    close() {
      stop();
      clear();
      entries.clear();
      moves = false;
    },
  };
}
