import { styleText } from "node:util";
import type { Conclusion, RunEvent } from "../runner/result.ts";
import { type Block, createLiveOutput, type LiveOutput, type Terminal } from "./live-output.ts";

export interface Progress {
  say(line: string): void;
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
  const inProgress = new Map<string, () => void>();
  return {
    say: output.line,
    stepStarted(name) {
      inProgress.set(name, output.show(`… ${name}`));
    },
    stepFinished(name, durationMs, problem) {
      inProgress.get(name)?.();
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
  const jobs = new Map<string, { block: Block; hide: () => void }>();
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
    if (event.type === "job-started")
      jobs.set(key, { block: output.block(`  ${title} › ${event.job}`), hide: () => {} });
    const job = jobs.get(key);
    if (!job) return;
    if (event.type === "step-started")
      job.hide = output.show(`    … ${title} › ${event.job} › ${event.step}`);
    if (event.type === "step-finished") {
      job.hide();
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
      job.hide();
      job.block.end();
      jobs.delete(key);
    }
  };
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
