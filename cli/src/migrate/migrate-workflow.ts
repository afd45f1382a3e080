import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import type { ActionFile } from "../actions/action-file.ts";
import { findBoth, partOf } from "./code-and-credentials.ts";
import { splitJob } from "./split-job.ts";

export interface MigrationOptions {
  /** `owner/name` of the repository that has our actions. */
  readonly repository: string;
  /** Tag, such as `v1`. */
  readonly version: string;
  /** Whether configure-aws-credentials becomes log-in-to-aws. */
  readonly login: boolean;
  readonly actionNamed: (name: string) => ActionFile;
}

interface Note {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

export interface Migration {
  /** The whole file; the same as before if there is nothing to change. */
  readonly text: string;
  readonly notes: readonly Note[];
}

/** Replaces a part of the text; the rest keeps its format and comments. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

interface Work {
  readonly source: string;
  readonly options: MigrationOptions;
  readonly edits: Edit[];
  note(node: Scalar, text: string): void;
}

/**
 * Rewrites the steps of official actions in a workflow or composite action, and makes two jobs of one that has code of
 * the repository and credentials. Throws for text that is not valid YAML.
 */
export function migrateWorkflow(source: string, options: MigrationOptions): Migration {
  const steps = migrateSteps(source, options);
  const split = splitJobs(source, options);
  const notes = [...steps.notes, ...split.notes].sort((one, other) => one.line - other.line);
  return { text: split.text === source ? steps.text : migrateSteps(split.text, options).text, notes };
}

/** Splits the jobs that use AWS's actions, where this is safe. */
function splitJobs(source: string, { repository }: MigrationOptions): Migration {
  const lineCounter = new LineCounter();
  const document = parseDocument(source, { lineCounter });
  const workflow = partOf(document.toJS());
  const read = (uses: string) => (uses.startsWith(`${repository}/actions/`) ? {} : undefined);
  const notes: Note[] = [];
  let text = source;
  for (const { job, code, credentials } of findBoth(workflow, read)) {
    const node = document.getIn(["jobs", job], true) as YAMLMap | undefined;
    if (!JSON.stringify(partOf(workflow.jobs)[job] ?? null).includes("aws-actions/")) continue;
    let outcome =
      "became two: its code finds no credentials. Check that the Dockerfile and each step still have their files";
    try {
      text = splitJob(text, job, repository, read);
    } catch (error) {
      outcome = `stays one, in which code of the repository (${code}) finds credentials (${credentials}): ${(error as Error).message}. Fix: docs/migration.md shows the two jobs`;
    }
    const { line } = lineCounter.linePos(node?.range?.[0] ?? 0);
    notes.push({ line: line - 1, text: `the job ${job} ${outcome}` });
  }
  return { text, notes };
}

/** Rewrites the steps of official actions. */
function migrateSteps(source: string, options: MigrationOptions): Migration {
  const lineCounter = new LineCounter();
  const document = parseDocument(source, { lineCounter });
  const [problem] = document.errors;
  if (problem) throw new Error(problem.message.split("\n")[0]?.replace(/:$/, ""));
  const notes: Note[] = [];
  const note = ({ range }: Scalar, text: string) =>
    void notes.push({ line: lineCounter.linePos(range?.[0] ?? 0).line, text });
  const work: Work = { source, options, edits: [], note };
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== "steps" || !isSeq(value)) return;
      for (const step of value.items) if (isMap(step)) migrateStep(work, step);
    },
  });
  return { text: apply(source, work.edits), notes };
}

function migrateStep(work: Work, step: YAMLMap): void {
  const uses = pairNamed(step, "uses")?.value;
  if (!isScalar(uses)) return;
  const inputs = pairNamed(step, "with")?.value;
  const given = isMap(inputs) ? readInputs(inputs) : new Map<string, string>();
  const name = counterpartOf(`${uses.value}`, given);
  const { repository, version, login, actionNamed } = work.options;
  if (!name || (name === "log-in-to-aws" && !login)) return;
  const obstacle = obstacleOf(name, given);
  if (obstacle) {
    work.note(uses, `the step is left as it is: ${obstacle}`);
    return;
  }
  work.edits.push(editOfUses(work.source, uses, `${repository}/actions/${name}@${version}`));
  for (const each of notesOf(name, given)) work.note(uses, each);
  if (isMap(inputs)) migrateInputs(work, inputs, actionNamed(name), given);
  else if (inputs) work.note(uses, "its inputs are given by an alias and are left as they are");
}

function migrateInputs(
  { source, edits, note }: Work,
  inputs: YAMLMap,
  action: ActionFile,
  given: ReadonlyMap<string, string>,
): void {
  for (const { key, value } of inputs.items as Pair<Scalar, Scalar | null>[]) {
    const change = changeOf(action, `${key.value}`, given);
    if (change.isRemoved) edits.push(removal(source, key, value));
    if (change.name) edits.push(replacement(source, key, change.name));
    if (change.value !== undefined && value) edits.push(replacement(source, value, change.value));
    if (change.note) note(key, change.note);
  }
}

function pairNamed(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.value === name);
}

function readInputs(map: YAMLMap): Map<string, string> {
  return new Map(
    map.items.map(({ key, value }) => [
      isScalar(key) ? `${key.value}` : "",
      isScalar(value) && value.value !== null ? `${value.value}` : "",
    ]),
  );
}

/** A comment with the version of the former action would be wrong. */
function editOfUses(text: string, node: Scalar, uses: string): Edit {
  const { from, to, text: quoted } = replacement(text, node, uses);
  const comment = /^[ \t]+#[ \t]*v?\d+(\.\d+)*[ \t]*(?=\r?\n|$)/.exec(text.slice(to))?.[0] ?? "";
  return { from, to: to + comment.length, text: quoted };
}

/** Keeps the quotes. */
function replacement(text: string, node: Scalar, value: string): Edit {
  const [from = 0, to = 0] = node.range ?? [];
  const quote = /^["']/.exec(text.slice(from))?.[0] ?? "";
  return { from, to, text: `${quote}${value}${quote}` };
}

/** Removes the lines of an input, or its part of a line such as `{ a: 1, b: 2 }`. */
function removal(text: string, key: Scalar, value: Scalar | null): Edit {
  const from = key.range?.[0] ?? 0;
  const to = value?.range?.[1] ?? key.range?.[1] ?? from;
  const start = text.lastIndexOf("\n", from - 1) + 1;
  if (text.slice(start, from).trim() === "") {
    const end = text.indexOf("\n", Math.max(from, to - 1));
    return { from: start, to: end < 0 ? text.length : end + 1, text: "" };
  }
  const comma = /^\s*,\s*/.exec(text.slice(to))?.[0];
  if (comma !== undefined) return { from, to: to + comma.length, text: "" };
  const before = /,\s*$/.exec(text.slice(0, from))?.[0] ?? "";
  return { from: from - before.length, to, text: "" };
}

function apply(text: string, edits: readonly Edit[]): string {
  const fromEnd = edits.toSorted((one, other) => other.from - one.from);
  return fromEnd.reduce(
    (result, { from, to, text: part }) => result.slice(0, from) + part + result.slice(to),
    text,
  );
}

/** Official actions, each with ours that does the same. */
const counterparts: Readonly<Record<string, string>> = {
  "aws-actions/amazon-ecs-render-task-definition": "render-task-definition",
  "aws-actions/amazon-ecs-deploy-task-definition": "deploy-service",
  "aws-actions/configure-aws-credentials": "log-in-to-aws",
};

/** Inputs that became one with other values. */
const switches: Readonly<
  Record<string, { readonly name: string; readonly values: Readonly<Record<string, string>> }>
> = {
  "wait-for-service-stability": { name: "wait-until", values: { true: "complete", false: "started" } },
  "wait-for-task-stopped": { name: "wait-until", values: { true: "stopped", false: "started" } },
};

/** A change of one input; undefined keeps its name or its value. */
interface InputChange {
  readonly name?: string | undefined;
  readonly value?: string | undefined;
  readonly isRemoved?: boolean;
  /** For the reader: why it stays, or what to do about it. */
  readonly note?: string | undefined;
}

/** Returns our action for an official one; undefined for any other action. */
function counterpartOf(uses: string, inputs: ReadonlyMap<string, string>): string | undefined {
  const official = uses.replace(/@.*/s, "").toLowerCase();
  const action = counterparts[official];
  // The official action deploys a service, runs a task, or both.
  if (action === "deploy-service" && runsTask(inputs) && !inputs.has("service")) return "run-task";
  return action;
}

/** Why a step of an official action has to be changed by its owner, if it has. */
function obstacleOf(action: string, inputs: ReadonlyMap<string, string>): string | undefined {
  if (action !== "deploy-service" || !runsTask(inputs)) return undefined;
  return "it deploys a service and runs a task (run-task). Fix: use two steps, actions/run-task and actions/deploy-service";
}

function runsTask(inputs: ReadonlyMap<string, string>): boolean {
  const value = inputs.get("run-task")?.toLowerCase();
  return value !== undefined && value !== "false";
}

/** Decides on one input of a step, from the texts of our action.yml. */
function changeOf(action: ActionFile, name: string, inputs: ReadonlyMap<string, string>): InputChange {
  if (name === "run-task") return { isRemoved: true };
  const input = action.inputs.find((each) => each.name === name);
  if (!input) return { note: `the input ${name} has no counterpart in ${action.name}` };
  if (/^Ignored input/.test(input.description))
    return {
      isRemoved: true,
      note: `the input ${name} has no counterpart in ${action.name}, and was removed`,
    };
  const changed = switches[name];
  if (changed) {
    const value = changed.values[inputs.get(name)?.toLowerCase() ?? ""];
    return value ? { name: changed.name, value } : { note: kept(name, input.deprecation) };
  }
  const ours = /^Alias of `([^`]+)` from/.exec(input.description)?.[1];
  // A family with a revision is one input of ours: family:revision.
  const isPart = name === "task-definition-family" && inputs.has("task-definition-revision");
  if (ours && !isPart && !inputs.has(ours)) return { name: ours };
  return input.deprecation ? { note: kept(name, input.deprecation) } : {};
}

const kept = (name: string, deprecation = "") => `the input ${name} still works. ${deprecation}`;

/** Returns notes on how a changed step behaves differently. */
function notesOf(action: string, inputs: ReadonlyMap<string, string>): string[] {
  const waits = inputs.has("wait-for-service-stability") || inputs.has("wait-until");
  if (action === "deploy-service" && !waits && inputs.has("service"))
    return [
      "the step now waits until the deployment is complete. For the former behaviour, add wait-until: started",
    ];
  return [];
}
