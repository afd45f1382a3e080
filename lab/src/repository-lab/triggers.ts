import { Refusal } from "@ecs-delivery/program/command-line";
import { WorkflowRefused } from "../runner/errors.ts";
import type { WorkflowEvent } from "../runner/jobs/run-context.ts";
import { readDispatchInputs } from "../runner/load/dispatch-inputs.ts";
import type { Workflow } from "../runner/load/workflow.ts";
import { isStarted, type RunRequest } from "../runner/runner.ts";
import { readPairs } from "../story/manual-runs.ts";
import type { Repository } from "./repository.ts";

/** Events that a push can stand for, and their push options. The values of a manual run are its inputs. */
const optionsOf = {
  push: [],
  pull_request: ["base"],
  release: ["tag"],
  deployment: ["environment"],
  repository_dispatch: ["type"],
  workflow_dispatch: undefined,
  workflow_call: undefined,
} as const;

export type EventName = keyof typeof optionsOf;
export const eventNames = Object.keys(optionsOf) as EventName[];

export interface Trigger {
  event: EventName;
  /** Only this file of `.github/workflows`. */
  file: string | undefined;
  values: Record<string, string>;
}

/** The commits between which a push moves a branch, or a tag. */
interface Move {
  branch: string;
  isTag: boolean;
  /** Forty zeros for the first push. */
  before: string;
  after: string;
}

export const noCommit = "0".repeat(40);

/** Reads the options of a push: `workflow=FILE INPUT=VALUE…`, or `event=NAME` and what belongs to the event. */
export function readTrigger(pushOptions: readonly string[]): Trigger {
  const { workflow: file, event: given, ...values } = Object.fromEntries(readPairs(pushOptions));
  const event = (given ?? (file ? "workflow_dispatch" : "push")) as EventName;
  if (!eventNames.includes(event))
    throw new WorkflowRefused(`unknown event '${event}'. Events: ${eventNames.join(", ")}`);
  const known: readonly string[] | undefined = optionsOf[event];
  const unknown = Object.keys(values).find((name) => known && !known.includes(name));
  if (unknown)
    throw new WorkflowRefused(
      `the push option '${unknown}' does not belong to the event ${event}. Fix: ${known?.map((name) => `-o ${name}=…`).join(" ") || "add -o workflow=FILE for an input"}`,
    );
  if (!known && !file) throw new WorkflowRefused(`${event} needs a workflow. Fix: add -o workflow=FILE`);
  return { event, file, values };
}

/** Returns the event of a trigger; missing values are those of a usual case. */
function eventOf(
  { event, values }: Pick<Trigger, "event" | "values">,
  { branch, isTag, before, after }: Move,
): WorkflowEvent {
  const sha = after;
  if (event === "push") return { name: event, branch, isTag, before, after };
  if (event === "pull_request") {
    const { base = "main" } = values;
    return { name: event, number: 1, base, baseSha: before, head: branch, headSha: after, sha };
  }
  if (event === "release") return { name: event, tag: values.tag ?? "v1.0.0", sha };
  if (event === "deployment")
    return { name: event, branch, sha, environment: values.environment ?? "production" };
  if (event === "repository_dispatch") return { name: event, branch, sha, type: values.type ?? "deploy" };
  return { name: "workflow_dispatch", branch, sha, inputs: values };
}

/** Returns the runs that an event starts, as GitHub would: of all workflows, or of the one that is named. */
export async function requestsOf(
  { workflows, gitDirectory }: { workflows: Repository["workflows"]; gitDirectory: string },
  trigger: Trigger,
  move: Move,
): Promise<RunRequest[]> {
  const event = eventOf(trigger, move);
  const requests: RunRequest[] = [];
  for (const [path, workflow] of workflows) {
    if (trigger.file && path !== `.github/workflows/${trigger.file}`) continue;
    if (event.name === "workflow_dispatch" || (await isStarted(workflow, event, gitDirectory)))
      requests.push({ workflow: path, event });
  }
  return requests;
}

/** The first runs of a rehearsal. */
export interface First {
  branch: string;
  head: string;
  requests: RunRequest[];
}

interface Asked {
  workflow?: string;
  event?: EventName;
  inputs: Record<string, string>;
}

/**
 * Chooses what a rehearsal runs first: by default what a push to the branch of HEAD starts, else one to main, to
 * master, or to a branch that a workflow names. Throws a Refusal that lists what could be started.
 */
export async function chooseFirst(
  repository: Repository,
  { workflow, event, inputs }: Asked,
): Promise<First> {
  const path = workflow && `.github/workflows/${workflow.replace(/^.*\//, "")}`;
  const problem = path && repository.refused.get(path);
  if (problem) throw new Refusal(problem);
  const chosen = path ? repository.workflows.get(path) : undefined;
  if (path && !chosen) throw new Refusal(`--workflow: the last commit has no ${path}. ${listOf(repository)}`);
  const file = path?.slice(".github/workflows/".length);
  const name = event ?? defaultEvent(chosen);
  for (const ref of refsFor(repository, name)) {
    const values = name === "pull_request" ? { base: ref.branch } : inputs;
    const move = { ...ref, before: noCommit, after: repository.head };
    const from = { ...repository, gitDirectory: repository.folder };
    const requests = await requestsOf(from, { event: name, file, values }, move);
    if (requests.length === 0) continue;
    requireInputs(repository, requests);
    return { branch: ref.branch, head: repository.head, requests };
  }
  const unfit = file ? `${file} is not started` : "no workflow is started";
  throw new Refusal(`${unfit} by the event ${name}. ${listOf(repository)}`);
}

/** Returns those of the given inputs that a workflow declares. */
export function declaredInputs(workflow: Workflow | undefined, given: Record<string, string>) {
  const declared = workflow?.events.workflow_dispatch?.inputs ?? {};
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in declared));
}

/** Throws a Refusal for a manual run that GitHub refuses. */
function requireInputs({ workflows }: Repository, requests: readonly RunRequest[]): void {
  for (const { workflow, event } of requests)
    try {
      const read = workflows.get(workflow);
      if (read && event.name === "workflow_dispatch") readDispatchInputs(read, event.inputs);
    } catch (cause) {
      if (!(cause instanceof WorkflowRefused)) throw cause;
      const fix = "Fix: a file with the line 'inputs: { NAME: VALUE }', given with --values";
      throw new Refusal(`${cause.message}. ${fix}`, { cause });
    }
}

/** Branches and tags to which HEAD could be pushed, the likeliest first. */
function refsFor(
  { workflows, branch = "main" }: Repository,
  event: EventName,
): Pick<Move, "branch" | "isTag">[] {
  const filters = [...workflows.values()].map(({ events }) => events[event as "push"]);
  const literal = (names: readonly string[] = []) => names.filter((name) => !/[*?+[!]/.test(name));
  const branches = [branch, "main", "master", ...filters.flatMap((filter) => literal(filter?.branches))];
  const tags = [...filters.flatMap((filter) => literal(filter?.tags)), "v1.0.0", "1.0.0"];
  return [
    ...[...new Set(branches)].map((name) => ({ branch: name, isTag: false })),
    ...[...new Set(tags)].map((name) => ({ branch: name, isTag: true })),
  ];
}

/** The first of these that a workflow has. */
function defaultEvent(workflow: Workflow | undefined): EventName {
  return eventNames.find((name) => workflow?.events[name as "push"]) ?? "push";
}

/** A sentence about workflows that an event does not start, such as the one that deploys, with `--workflow` omitted. */
export function notRun({ workflows }: Repository, { branch, requests }: First): string[] {
  const others = [...workflows].filter(
    ([path, { events }]) =>
      requests.every(({ workflow }) => workflow !== path) && Object.keys(events).join() !== "workflow_call",
  );
  const names = others.map(nameOf).join("; ");
  return names ? [`not started by ${requests[0]?.event.name} of ${branch}: ${names}`] : [];
}

const nameOf = ([path, { events }]: readonly [string, Workflow]) =>
  `${path.replace(/^.*\//, "")} (${Object.keys(events).join(", ")})`;

function listOf({ workflows, refused }: Repository): string {
  const lines = [...workflows].map(nameOf);
  const problems = [...refused.values()].map((problem) => `\nnot loaded: ${problem}`);
  return `Workflows: ${lines.join("; ") || "none"}. Fix: choose one with --workflow FILE${problems.join("")}`;
}
