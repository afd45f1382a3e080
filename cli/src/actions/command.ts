import { Refusal, refused } from "@ecs-delivery/program/command-line";
import { wrap } from "@ecs-delivery/program/wrap";
import { openTerminal, plain, type Terminal } from "../terminal/style.ts";
import { renderSummary } from "../terminal/summary.ts";
import { type ActionFile, actionHelp, readActionFile } from "./action-file.ts";
import { readFlags, requireInputs } from "./read-flags.ts";
import { type ActionResult, type Annotation, correctOptions, type Outcome, runAction } from "./run-action.ts";

const exitCodes: Readonly<Record<Outcome, number>> = { success: 0, failure: 1, cancelled: 130 };

/** Runs an action as a command; resolves to its exit code. */
export async function actionCommand(
  actions: string,
  name: string,
  argv: readonly string[],
  repository: string,
): Promise<number> {
  const action = readActionFile(actions, name);
  requireEntry(action);
  const { help, json, inputs } = readFlags(action, argv);
  if (help) {
    const terminal = openTerminal(process.stdout, process.env);
    terminal.print(actionHelp(action, terminal));
    return 0;
  }
  requireInputs(action, inputs);
  const terminal = openTerminal(json ? process.stderr : process.stdout, process.env);
  const { cancelled, abandoned } = cancelOnSignals(terminal.print);
  const result = await runAction({
    action,
    inputs,
    repository,
    cancelled,
    abandoned,
    environment: process.env,
    directory: process.cwd(),
    onLine: (line) => printLine(line, terminal),
    onAnnotation: (annotation) => printAnnotation(annotation, terminal),
  });
  if (json)
    console.log(JSON.stringify({ action: name, ...result, summary: result.summary.markdown }, null, 2));
  else printResult(name, result, terminal);
  return isRefused(result) ? refused : exitCodes[result.outcome];
}

const isRefused = ({ outcome, annotations }: ActionResult) =>
  outcome === "failure" &&
  annotations.some(({ level, message }) => level === "error" && message.includes(correctOptions));

function requireEntry({ name, entries }: ActionFile): void {
  if (entries) return;
  const credentials =
    "credentials come from the environment (AWS_ACCESS_KEY_ID …) or from a profile (AWS_PROFILE), as for the AWS CLI";
  const here = name === "rehearse" ? "ecs-delivery lab does the same" : credentials;
  throw new Refusal(`${name} runs in a workflow only. Here, ${here}.`);
}

/** The first signal lets the action end its work, the second ends its post step too. */
function cancelOnSignals(print: (line: string) => void) {
  const [cancelled, abandoned] = [new AbortController(), new AbortController()];
  const cancel = () => {
    if (cancelled.signal.aborted) abandoned.abort();
    else print("Cancelling; again to end at once.");
    cancelled.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, cancel);
  return { cancelled: cancelled.signal, abandoned: abandoned.signal };
}

const marks = { error: "✗", warning: "!", notice: "•" } as const;

/** Prints a line of the log; the title of a group stands out. */
function printLine(line: string, { style, print }: Terminal): void {
  const text = plain(line);
  print(text.startsWith("▸ ") ? style.bold(text) : text);
}

/** Prints an annotation as one paragraph: its level, its place in a file, its text. */
function printAnnotation({ level, message, title, file, line }: Annotation, terminal: Terminal): void {
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
function printResult(name: string, result: ActionResult, terminal: Terminal): void {
  const { columns, style, print } = terminal;
  const summary = renderSummary(result.summary.parts, terminal);
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
