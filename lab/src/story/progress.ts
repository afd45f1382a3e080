import { stripVTControlCharacters, styleText } from "node:util";
import type { Conclusion, RunEvent } from "../runner/result.ts";
import { type Block, createLiveOutput, type LiveOutput, type Shown, type Terminal } from "./live-output.ts";

export interface Progress {
  say(line: string): void;
  /** Prints lines to copy, which no line break divides. */
  sayVerbatim(lines: string): void;
  stepStarted(name: string): void;
  stepFinished(name: string, durationMs: number, problem?: string): void;
  runEvent(event: RunEvent): void;
  /** Prints lines that waited for others to end. */
  end(): void;
}

const marks = { success: "✓", failure: "✗", cancelled: "◦", skipped: "-" } as const;
const colours = { success: "green", failure: "red", cancelled: "yellow", skipped: "dim" } as const;
type Format = "red" | "green" | "yellow" | "dim";
type Paint = (format: Format, text: string) => string;

/**
 * Reports events as they happen.
 * @param interruption after which events belong to the shutdown, and are not reported
 */
export function createProgress(terminal: Terminal, interruption: AbortSignal): Progress {
  // Respects NO_COLOR, FORCE_COLOR and the terminal's capabilities.
  const paint: Paint = (format, text) => styleText(format, text, { stream: terminal });
  const output = createLiveOutput(terminal, interruption);
  interruption.addEventListener("abort", () => terminal.write("ending …\n"));
  const mark = (conclusion: Conclusion) => paint(colours[conclusion], marks[conclusion]);
  const inProgress = new Map<string, Shown>();
  return {
    say: output.line,
    sayVerbatim: output.verbatim,
    stepStarted(name) {
      inProgress.set(name, output.show(`… ${name}`));
    },
    stepFinished(name, durationMs, problem) {
      inProgress.get(name)?.hide();
      const conclusion = problem === undefined ? "success" : "failure";
      output.line(`${mark(conclusion)} ${name} ${paint("dim", seconds(durationMs))}`);
      if (problem !== undefined) output.line(indented(2, problem, (line) => paint("red", line)));
    },
    runEvent: reportRuns(output, paint, mark),
    end: output.flush,
  };
}

/** Reports each job as a block, and the end of each run. */
function reportRuns(output: LiveOutput, paint: Paint, mark: (conclusion: Conclusion) => string) {
  const titles = new Map<number, string>();
  const jobs = new Map<string, { block: Block; shown?: Shown; bar?: string }>();
  return (event: RunEvent): void => {
    if (event.type === "run-started")
      titles.set(event.run, `${event.workflow} #${event.run} (${event.event} ${event.sha.slice(0, 7)})`);
    const title = titles.get(event.run) ?? "";
    if (event.type === "run-finished") {
      const end = `${title}: ${event.conclusion} ${paint("dim", seconds(event.durationMs))}`;
      output.line(`  ${mark(event.conclusion)} ${end}`);
    }
    if (!("job" in event)) return;
    const key = `${event.run} ${event.job}`;
    if (event.type === "job-started") jobs.set(key, { block: output.block(`  ${title} › ${event.job}`) });
    const job = jobs.get(key);
    if (!job) return;
    if (event.type === "step-started") {
      job.shown = output.show(`    … ${title} › ${event.job} › ${event.step}`);
      job.bar = undefined;
    }
    if (event.type === "log") {
      job.bar = trafficBar(event.line) ?? job.bar;
      const line = stripVTControlCharacters(event.line)
        .replace(/\p{Cc}+/gu, " ")
        .trim();
      if (line !== "")
        job.shown?.detail([...(job.bar ? [job.bar] : []), line].map((each) => `      ${each}`));
    }
    if (event.type === "step-finished") {
      job.shown?.hide();
      job.block.line(
        `    ${mark(event.conclusion)} ${event.step} ${paint("dim", seconds(event.durationMs))}`,
      );
    }
    if (event.type === "annotation") {
      const { level, message } = event.annotation;
      const colour = level === "error" ? "red" : "yellow";
      job.block.line(indented(6, `${level}: ${message}`, (line) => paint(colour, line)));
    }
    if (event.type === "job-finished") {
      job.shown?.hide();
      job.block.end();
      jobs.delete(key);
    }
  };
}

const barLength = 40;

/** Returns a bar of the traffic when a deployment's log states it. */
export function trafficBar(line: string): string | undefined {
  const [, old, next] = /\btraffic: old (\d+) %, new (\d+) %/.exec(line) ?? [];
  if (old === undefined || next === undefined) return undefined;
  const filled = Math.round((Number(next) / 100) * barLength);
  return `old ${old.padStart(3)} % ${"░".repeat(barLength - filled)}${"█".repeat(filled)} ${next.padStart(3)} % new`;
}

export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

function indented(spaces: number, text: string, paintLine: (line: string) => string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : `${" ".repeat(spaces)}${paintLine(line)}`))
    .join("\n");
}
