import type { RunEvent } from "../runner/result.ts";

export interface Progress {
  say(line: string): void;
  stepStarted(name: string): void;
  stepFinished(name: string, durationMs: number, problem?: string): void;
  runEvent(event: RunEvent): void;
}

interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const symbols = { success: "✓", failure: "✗", cancelled: "◦", skipped: "-" } as const;

/**
 * Tells what happens as it happens; what is only under way is shown on a terminal alone, on its last line.
 * @param interruption after which what happens is only the ending, and is not told
 */
export function createProgress(terminal: Terminal, interruption: AbortSignal): Progress {
  const paint = painter(terminal.isTTY === true);
  interruption.addEventListener("abort", () => terminal.write("\nending …\n"));
  const write = (text: string) => {
    if (!interruption.aborted) terminal.write(text);
  };
  let underWay = "";
  const clear = () => {
    if (underWay !== "") write("\r\u001b[2K");
    underWay = "";
  };
  const say = (line: string) => {
    const again = underWay;
    clear();
    write(`${line}\n`);
    if (again !== "") show(again);
  };
  const show = (text: string) => {
    if (!terminal.isTTY) return;
    clear();
    underWay = text.slice(0, (terminal.columns ?? 80) - 1);
    write(underWay);
  };
  return {
    say,
    stepStarted: (name) => show(`… ${name}`),
    stepFinished(name, durationMs, problem) {
      clear();
      const mark = problem === undefined ? paint("green", "✓") : paint("red", "✗");
      say(`${mark} ${name} ${paint("dim", seconds(durationMs))}`);
      if (problem !== undefined) say(paint("red", indent(problem, 2)));
    },
    runEvent(event) {
      if (event.type === "run-started")
        say(`  ${event.workflow} #${event.run} (${event.event} ${event.sha.slice(0, 7)})`);
      if (event.type === "step-started") show(`    … ${event.job} › ${event.step}`);
      if (event.type === "step-finished") {
        const mark = paint(event.conclusion === "failure" ? "red" : "green", symbols[event.conclusion]);
        say(`    ${mark} ${event.job} › ${event.step} ${paint("dim", seconds(event.durationMs))}`);
      }
      if (event.type === "annotation") {
        const colour = event.annotation.level === "error" ? "red" : "yellow";
        say(paint(colour, indent(`${event.annotation.level}: ${event.annotation.message}`, 6)));
      }
      if (event.type === "run-finished") {
        clear();
        say(`  ${symbols[event.conclusion]} ${event.workflow} #${event.run}: ${event.conclusion}`);
      }
    },
  };
}

export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

function indent(text: string, spaces: number): string {
  return text.replace(/^/gm, " ".repeat(spaces));
}

const colours = { red: 31, green: 32, yellow: 33, dim: 2 };

function painter(coloured: boolean): (colour: keyof typeof colours, text: string) => string {
  return (colour, text) => (coloured ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text);
}
