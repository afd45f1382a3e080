import { expect } from "vitest";
import { keepRecord } from "../../../core/define-action.ts";
import { type Ended, runHere, startEntry } from "../../../core/entry.support.ts";
import { runAction } from "../../../core/run.ts";
import type { DeliveryContext } from "../../context.ts";
import { deploy } from "../../deploy.ts";
import type { DeployInputs, OnCancel } from "../../inputs.ts";
import { deploymentReport } from "../../publish.ts";
import type { Stage } from "../../stage.support.ts";
import { type BackEnd, configure } from "./back-ends.ts";
import { settle } from "./left-behind.ts";
import type { Arranged, Expectation, Row } from "./row.ts";
import type { Scene } from "./scene.ts";

/** Applies one fault to one deployment, from a healthy production to a healthy production, with constant visitors. */
export async function playRow(scene: Scene, row: Row, backEnd: BackEnd): Promise<void> {
  const wanted = row.except?.[backEnd] ?? row.expect;
  await configure(scene.stage, backEnd, row.settings);
  const version = scene.version(row.fate ?? "good");
  const arranged: Arranged = (await row.arrange?.(scene, backEnd)) ?? {};
  const before = arranged.before ?? (await scene.page());
  const registered = await newestRevision(scene);
  const load = scene.startVisits();
  try {
    const seen = await perform(scene, row, backEnd, version, arranged.inputs);
    expectEnd(seen, wanted);
    if (wanted.untouched) expect(await newestRevision(scene)).toBe(registered);
  } finally {
    scene.stage.simulator.faults.clear();
    await arranged.undo?.();
    await settle(scene);
    await load.stop();
  }
  expectProduction(await answersOf(scene), before, version, wanted);
  expectVisitors(load, before, version, wanted);
}

async function perform(
  scene: Scene,
  row: Row,
  backEnd: BackEnd,
  version: string,
  arranged: Arranged["inputs"],
): Promise<Ended> {
  const { stage } = scene;
  const file = await scene.taskDefinition(version, (draft) => row.draft?.(draft, scene));
  const inputs = stage.inputs(file, { ...row.inputs, ...arranged });
  if (row.signal) return runKilledStep(stage, file, inputs.onCancel, row.signal);
  for (const operation of row.denied ?? []) scene.addFault({ kind: "deny", operation });
  const context = { ...stage.context(), clock: scene.clock, run: row.run };
  const acted = actMeanwhile(scene, row, backEnd, context);
  const seen = await runStep(context, inputs);
  await acted();
  return seen;
}

/** Runs the row's action at its line of the log; the returned promise resolves when it is done. */
function actMeanwhile(
  scene: Scene,
  { meanwhile }: Row,
  backEnd: BackEnd,
  context: { log: { info(line: string): void }; readonly lines: string[] },
): () => Promise<unknown> {
  if (!meanwhile) return async () => {};
  let act: Promise<unknown> | undefined;
  const { info } = context.log;
  context.log = {
    ...context.log,
    info(line) {
      info(line);
      if (meanwhile.line.test(line)) act ??= meanwhile.act(scene, backEnd);
    },
  };
  return () =>
    act ?? Promise.reject(new Error(`no line matched ${meanwhile.line}:\n${context.lines.join("\n")}`));
}

function expectEnd({ exitCode, errors, lines, outputs, summary }: Ended, wanted: Expectation): void {
  const { cause, nextStep, logged, status } = wanted;
  const log = [...lines, ...errors].join("\n");
  expect(outputs.status, log).toBe(status);
  expect(errors, log).toHaveLength(cause ? 1 : 0);
  const [said = "", next = ""] = errors[0]?.split(". Next step: ") ?? [];
  if (cause) expect(said).toMatch(cause);
  if (nextStep) expect(next).toMatch(nextStep);
  if (logged) expect(log).toMatch(logged);
  // A process that is killed reports nothing more.
  if (!status) return;
  expect(exitCode).toBe(cause ? 1 : 0);
  expect(outputs.cause !== "", log).toBe(cause !== undefined);
  expect(summary).toContain(`### ${cause ? "❌" : "✅"} `);
}

/** Returns the responses to many requests in a row, so that a share of traffic going elsewhere would show. */
async function answersOf(scene: Scene): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: 30 }, () => scene.page()));
  return [...new Set(answers)];
}

function expectProduction(now: string[], before: string, version: string, { production }: Expectation): void {
  expect(now).toHaveLength(1);
  if (production === "another") expect([before, version]).not.toContain(now[0]);
  else expect(now[0]).toBe(production === "old" ? before : version);
}

function expectVisitors(
  { answers, failures }: { answers: string[]; failures: string[] },
  before: string,
  version: string,
  { production, shown, unserved = false }: Expectation,
): void {
  expect(answers.length).toBeGreaterThan(0);
  if (!unserved) expect(failures).toEqual([]);
  if (shown === "any") return;
  const met = new Set(answers);
  const allowed = production === "new" || shown === "new" ? [before, version] : [before];
  expect([...met].filter((answer) => !allowed.includes(answer))).toEqual([]);
}

/** Returns the newest revision in ECS; ARNs end in consecutive numbers. */
async function newestRevision({ aws }: Scene): Promise<string> {
  const { taskDefinitionArns = [] } = await aws.ecs.listTaskDefinitions({
    familyPrefix: "web",
    sort: "DESC",
    maxResults: 1,
  });
  return taskDefinitionArns[0] ?? "";
}

/** Runs the whole step except the creation of its clients, whose pace would be that of the real AWS. */
async function runStep(
  context: DeliveryContext & { readonly lines: string[] },
  inputs: DeployInputs,
): Promise<Ended> {
  const step = () =>
    runAction((signal) => keepRecord({ ...deploymentReport, run: deploy }, { ...context, signal }, inputs));
  return { ...(await runHere(step)), lines: context.lines };
}

/** Starts the action as the runner does, step and post step; the step gets a signal once its deployment is created. */
async function runKilledStep(
  { simulator, inputs: inputsOf }: Stage,
  file: string,
  onCancel: OnCancel,
  signal: NodeJS.Signals,
): Promise<Ended> {
  const inputs = {
    cluster: inputsOf("").cluster,
    service: "web",
    "task-definition": file,
    "codedeploy-application": "outside",
    "codedeploy-deployment-group": "web",
    "on-cancel": onCancel,
  };
  const step = await startEntry("deploy-service", {
    simulator,
    inputs,
    onLine: (line, kill) => void (/ is created\.$/.test(line) && kill(signal)),
  });
  const post = await startEntry("deploy-service", { simulator, inputs, environment: step.state });
  return {
    ...step,
    lines: [...step.lines, ...post.lines],
    errors: [...step.errors, ...post.errors],
    summary: step.summary + post.summary,
  };
}
