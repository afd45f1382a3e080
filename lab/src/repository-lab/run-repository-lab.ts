import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { parseCommandLine, Refusal, textOf } from "@ecs-delivery/program/command-line";
import { defaultPermissions } from "../runner/load/workflow.ts";
import type { RunResult } from "../runner/result.ts";
import type { RunRequest } from "../runner/runner.ts";
import { createProgress } from "../story/progress.ts";
import { type Deployed, readDeployed } from "./deployed.ts";
import { stayOpen } from "./interactive.ts";
import { type OpenLab, openLab } from "./open-lab.ts";
import { command, type LabOptions, type Session, withDefaults } from "./options.ts";
import { describeRun, type Outcome, toJUnit } from "./outcome.ts";
import { prepare } from "./prepare.ts";
import { createPushes } from "./pushes.ts";
import { confirm, describe } from "./question.ts";
import { readRepository } from "./repository.ts";
import { causeOf, summarise, toMarkdown } from "./summary.ts";
import { chooseFirst, declaredInputs, notRun } from "./triggers.ts";
import { listWork } from "./what-runs.ts";

// The exit code that a shell reports for a program ended by Ctrl-C.
const interruptedExitCode = 130;

/**
 * `ecs-delivery lab`, in the repository around the working directory. Resolves to the exit code when everything that it
 * started has ended.
 */
export async function runRepositoryLab(argv: readonly string[], packageFolder: string): Promise<number> {
  const values = parseCommandLine(command, argv);
  const text = textOf(command, values, process.stdout.columns);
  if (text !== undefined) console.log(text);
  if (text !== undefined) return 0;
  const interruption = new AbortController();
  const { signal } = interruption;
  // A second Ctrl-C has no effect.
  for (const event of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(event, () => interruption.abort());
  const progress = createProgress(process.stdout, signal);
  // A lab that stays open is ended by Ctrl-C, and by nothing else.
  let isOpen = false;
  const onOpen = () => {
    isOpen = true;
  };
  const interrupted = once(signal, "abort").then(() => (isOpen ? 0 : interruptedExitCode));
  const ends = new AsyncDisposableStack();
  try {
    const work = rehearse(withDefaults(values, packageFolder), { progress, ends, signal }, onOpen);
    // An interruption ends the children of the work, so that it fails.
    work.catch(() => {});
    return await Promise.race([work, interrupted]);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // It is neither of the workflows nor of an account of AWS.
    progress.say(`The rehearsal ended: ${(error as Error).message}`);
    return 1;
  } finally {
    progress.end();
    await ends.disposeAsync();
  }
}

async function rehearse(options: LabOptions, session: Session, onOpen: () => void): Promise<number> {
  const { progress, ends, signal } = session;
  const repository = await readRepository(process.cwd());
  const first = await chooseFirst(repository, options);
  const pushes = createPushes(repository.head, progress.say);
  const prepared = await prepare(repository, options, pushes.handlers, ends);
  const before = options.before.map((file) => `.github/workflows/${file}`);
  const paths = first.requests.map(({ workflow }) => workflow);
  const permissions = defaultPermissions[options.defaultPermissions];
  const work = await listWork([...before, ...paths], prepared.sources, permissions);
  if (before.some((path) => work.refused.has(path)) || paths.every((path) => work.refused.has(path)))
    throw new Refusal([...work.refused.values()].join("\n"));
  progress.say(describe(prepared, options, first, work));
  await confirm(options, session);
  const startedAt = Date.now();
  const lab = await openLab(prepared, options, session);
  const stay = { lab, prepared, options, pushes, branch: first.branch };
  const help = options.once ? undefined : await stayOpen(stay, session);
  const notStarted = new Map([...repository.refused, ...work.refused]);
  const requests = first.requests.filter(({ workflow }) => !work.refused.has(workflow));
  const ofBefore = before.map((path): RunRequest => {
    const inputs = declaredInputs(repository.workflows.get(path), options.inputs);
    return {
      workflow: path,
      event: { name: "workflow_dispatch", branch: first.branch, sha: first.head, inputs },
    };
  });
  const results = await runFirst(lab, ofBefore, requests);
  const services = await readDeployed(lab.simulator, prepared.timeScale, lab.readyAt, options.account);
  const found: Outcome = {
    version: 1,
    conclusion: isGreen(results, services, notStarted) ? "success" : "failure",
    commit: repository.head,
    durationMs: Date.now() - startedAt,
    runs: results.map((run) => describeRun(run, lab.tails)),
    services,
    notStarted: [...notStarted].map(([workflow, why]) => ({ workflow, why })),
    leftOut: results.flatMap(({ jobs }) =>
      jobs.flatMap(({ name, leftOut }) => leftOut.map((each) => ({ job: name, ...each }))),
    ),
    standInImages: prepared.standInImages,
    notReached: [...prepared.sandbox.refused].map(([host, { why }]) => ({ host, why })),
    notes: prepared.sandbox.notes.filter((note) => !prepared.notes.includes(note)),
    notChecked: [...lab.notChecked, ...notRun(repository, first)],
  };
  const outcome = { ...found, cause: causeOf(found) };
  progress.say(summarise(outcome));
  if (options.summary) await writeFile(options.summary, toMarkdown(outcome));
  if (options.json) await writeFile(options.json, `${JSON.stringify(outcome, null, 2)}\n`);
  if (options.junit) await writeFile(options.junit, toJUnit(outcome));
  if (help) {
    onOpen();
    progress.sayVerbatim(help);
    if (!signal.aborted) await once(signal, "abort");
  }
  return outcome.conclusion === "success" ? 0 : 1;
}

/**
 * A workflow that could not start may be the one that deploys: green needs a deployment by another one then. And a
 * workflow that does not wait is green on GitHub although its deployment fails.
 */
function isGreen(
  results: readonly RunResult[],
  services: readonly Deployed[],
  notStarted: ReadonlyMap<string, string>,
): boolean {
  const isGreenRun = ({ conclusion }: RunResult) => conclusion === "success" || conclusion === "skipped";
  const isGreenService = ({ verdict, cause }: Deployed) => verdict === "succeeded" || (!verdict && !cause);
  return (
    results.length > 0 &&
    results.every(isGreenRun) &&
    services.every(isGreenService) &&
    (notStarted.size === 0 || services.length > 0)
  );
}

/** Runs what --before names, one after the other, then all first workflows at the same time. */
async function runFirst(
  lab: OpenLab,
  before: readonly RunRequest[],
  requests: readonly RunRequest[],
): Promise<RunResult[]> {
  const results: RunResult[] = [];
  const run = async (request: RunRequest) => {
    const result = await (await lab.start(request))?.result;
    if (result) results.push(result);
    return result?.conclusion === "success";
  };
  for (const request of before) if (!(await run(request))) return results;
  await Promise.all(requests.map(run));
  return results;
}
