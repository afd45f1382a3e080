import { wrap } from "../../../scripts/run/wrap.mjs";
import { renderMarkdown } from "../terminal/markdown.ts";
import { plain, type Terminal } from "../terminal/style.ts";
import type { ActionResult, Annotation } from "./run-action.ts";

const marks = { error: "✗", warning: "!", notice: "•" } as const;

/** Prints a line of the log; the title of a group stands out. */
export function printLine(line: string, { style, print }: Terminal): void {
  const text = plain(line);
  print(text.startsWith("▸ ") ? style.bold(text) : text);
}

/** Prints an annotation as one paragraph: its level, its place in a file, its text. */
export function printAnnotation({ level, message, title, file, line }: Annotation, terminal: Terminal): void {
  const { columns, style, print } = terminal;
  const colour = { error: style.red, warning: style.yellow, notice: style.cyan }[level];
  const place = file ? `${file}${line ? `:${line}` : ""}: ` : "";
  const text = plain(`${place}${title ? `${title}: ` : ""}${message}`);
  const paragraph = wrap(`${marks[level]} ${text.replaceAll("\n", "\n  ")}`, columns, 2);
  print(
    `${colour(paragraph.slice(0, 1))}${level === "error" ? style.bold(paragraph.slice(1)) : paragraph.slice(1)}`,
  );
}

const verdicts = { success: "succeeded", failure: "failed", cancelled: "was cancelled" } as const;

/** Prints the summary, the outputs and the verdict. */
export function printResult(name: string, result: ActionResult, terminal: Terminal): void {
  const { columns, style, print } = terminal;
  const summary = renderMarkdown(result.summary, terminal);
  if (summary) print(`\n${summary}`);
  const outputs = Object.entries(result.outputs).filter(([, value]) => value !== "");
  if (outputs.length > 0) {
    print(`\n${style.bold("Outputs")}`);
    const width = Math.max(...outputs.map(([output]) => output.length));
    for (const [output, value] of outputs)
      print(`  ${output.padEnd(width)}  ${shorten(plain(value), columns - width - 4)}`);
  }
  const seconds = (result.durationMs / 1000).toFixed(1);
  const verdict = `${result.outcome === "success" ? "✓" : "✗"} ${name} ${verdicts[result.outcome]} after ${seconds} s`;
  print(`\n${result.outcome === "success" ? style.green(verdict) : style.red(verdict)}`);
}

/** Cuts JSON and several lines, which --json prints in full. Names, paths and ARNs stay whole, to be copied. */
function shorten(value: string, width: number): string {
  const [line = "", ...more] = value.split("\n");
  if (more.length === 0 && (line.length <= width || !/[\s{[]/.test(line))) return line;
  return `${line.slice(0, width - 1)}…`;
}
