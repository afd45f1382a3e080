import { resolve } from "node:path";
import { parseCommandLine, refused, textOf } from "@ecs-delivery/program/command-line";
import { annotationText, Failure } from "../../../core/failure.ts";
import { checkLab } from "../check.ts";
import { readCheckInputs } from "../inputs.ts";
import { openLabOf } from "../lab.ts";
import { refuseLowScore, writeReports } from "../publish.ts";
import { reportLines } from "../summary.ts";
import { command } from "./options.mjs";

const ended = new AbortController();
let code = refused;
try {
  const { phase, report: folder, threshold, ...values } = parseCommandLine(command, process.argv.slice(2));
  const text = textOf(command, { phase, report: folder, threshold, ...values }, process.stdout.columns);
  if (text === undefined) await check({ ...values, phases: phase, threshold: threshold?.toString() }, folder);
  else console.log(text);
  code = 0;
} catch (error) {
  if (ended.signal.aborted) process.exit(130);
  if (!(error instanceof Failure)) throw error;
  // The inputs of the action are the options here.
  const text = annotationText(error).replace("`with:` of this step", "the options of this command");
  console.error(`check-lab: ${text}`);
}
process.exitCode = code;

/** npm runs the command in the clone. */
function fromUser(path: string): string {
  return resolve(process.env.INIT_CWD ?? ".", path);
}

/** An item that writes first deletes what it added, in seconds; a second signal ends it at once. */
function stop(writes: boolean): void {
  ended.abort();
  if (!writes) process.exit(130);
}

type Values = { readonly [input: string]: string | boolean | undefined };

async function check(values: Values, folder: string | undefined): Promise<void> {
  const given: Values = {
    ...values,
    repository: fromUser(`${values.repository ?? "."}`),
    weights: values.weights && fromUser(`${values.weights}`),
  };
  const inputs = readCheckInputs((name) => String(given[name] ?? ""));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop(inputs.write));
  code = 1;
  const report = await checkLab(openLabOf(inputs), { ...inputs, now: Date.now, signal: ended.signal });
  for (const line of reportLines(report, inputs.way)) console.log(line);
  if (folder) {
    const files = await writeReports(report, fromUser(folder));
    console.log(`Reports: ${Object.values(files).join(", ")}`);
  }
  refuseLowScore(report, inputs.threshold);
}
