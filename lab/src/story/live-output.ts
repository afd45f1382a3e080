import { stripVTControlCharacters } from "node:util";
import { wrap } from "../../../scripts/run/wrap.mjs";

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

export interface LiveOutput {
  /** Prints a separate line. */
  line(text: string): void;
  /** Lines of different blocks do not mix: one is printed immediately, the others when they end. */
  block(heading: string): Block;
  /** Shows on a terminal what is in progress, with its age, until the returned function is called. */
  show(text: string): () => void;
  /** Prints waiting lines, including those of blocks that have not ended. */
  flush(): void;
}

/** Prints lines and, on a terminal, a list below them of what is in progress. After `silence` it prints nothing. */
export function createLiveOutput(terminal: Terminal, silence: AbortSignal): LiveOutput {
  const list = createList(terminal);
  const print = (text: string) => {
    if (silence.aborted) return;
    list.clear();
    const columns = terminal.isTTY ? terminal.columns || 80 : Number.POSITIVE_INFINITY;
    for (const line of text.split("\n")) terminal.write(`${wrap(line, columns, hangingIndent(line))}\n`);
    list.draw();
  };
  silence.addEventListener("abort", list.close);
  const open: string[][] = [];
  const waiting: string[] = [];
  const flushWaiting = () => {
    for (const line of waiting.splice(0)) print(line);
  };
  const flushFirst = () => {
    for (const line of open[0]?.splice(0) ?? []) print(line);
  };
  return {
    line(text) {
      waiting.push(text);
      if (open.length === 0) flushWaiting();
    },
    block(heading) {
      const lines = [heading];
      open.push(lines);
      flushFirst();
      return {
        line(text) {
          lines.push(text);
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

/** Shows lines at the bottom of a terminal; does nothing if the terminal cannot move its cursor. */
function createList(terminal: Terminal) {
  const entries = new Set<{ text: string; since: number }>();
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;
  let moves = terminal.isTTY && process.env.TERM !== "dumb";
  const clear = () => {
    if (drawn > 0) terminal.write(`\r${drawn > 1 ? `\u001b[${drawn - 1}A` : ""}\u001b[J`);
    drawn = 0;
  };
  const draw = () => {
    const columns = terminal.columns || 80;
    const rows = terminal.rows || 24;
    const lines = [...entries].slice(0, rows - 1).map(({ text, since }) => {
      const seconds = Math.round((performance.now() - since) / 1000);
      return [...(seconds > 0 ? `${text} ${seconds} s` : text)].slice(0, columns - 1).join("");
    });
    if (lines.length > 0) terminal.write(lines.join("\n"));
    drawn = lines.length;
  };
  const redraw = () => {
    clear();
    draw();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    clear,
    draw,
    show(text: string) {
      if (!moves) return () => {};
      const entry = { text, since: performance.now() };
      entries.add(entry);
      timer ??= setInterval(redraw, 1000).unref();
      redraw();
      return () => {
        if (!entries.delete(entry)) return;
        if (entries.size === 0) stop();
        redraw();
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
