import { Refusal } from "../../../scripts/run/command-line.mjs";
import { openTerminal } from "../terminal/style.ts";
import { type ActionFile, readActionFile } from "./action-file.ts";
import { actionHelp } from "./action-help.ts";
import { readFlags, requireInputs } from "./read-flags.ts";
import { printAnnotation, printLine, printResult } from "./report.ts";
import { type Outcome, runAction } from "./run-action.ts";

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
  if (json) console.log(JSON.stringify({ action: name, ...result }, null, 2));
  else printResult(name, result, terminal);
  return exitCodes[result.outcome];
}

function requireEntry({ name, entries }: ActionFile): void {
  if (entries) return;
  throw new Refusal(
    `${name} runs in a workflow only. Here, credentials come from the environment (AWS_ACCESS_KEY_ID …) or from a profile (AWS_PROFILE), as for the AWS CLI.`,
  );
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
