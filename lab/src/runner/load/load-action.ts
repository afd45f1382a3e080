import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  ActionOutputDefinition,
  ActionRunsNode,
  ActionTemplate,
} from "@actions/workflow-parser/actions/action-template";
import type { Step as ParsedStep } from "@actions/workflow-parser/model/workflow-template";
import type { MappingToken, SequenceToken } from "@actions/workflow-parser/templates/tokens/index";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { refuse, WorkflowRefused } from "../errors.ts";
import { convertActionTemplate, NoOperationTraceWriter, parseAction } from "../expressions/functions.ts";
import { standIns } from "../steps/stand-ins/stand-ins.ts";
import { readStep } from "./read-job.ts";
import { nameIn, type Source, type Sources } from "./sources.ts";
import { find, knowOnly, placeOf } from "./tokens.ts";
import type { ActionStep, Step } from "./workflow.ts";

interface BaseAction {
  directory: string;
  inputs: NonNullable<ActionTemplate["inputs"]>;
}

export interface NodeAction extends BaseAction {
  kind: "node24";
  runs: ActionRunsNode;
}

export interface CompositeAction extends BaseAction {
  kind: "composite";
  steps: Step[];
  outputs: ActionOutputDefinition[];
}

export type Action = NodeAction | CompositeAction;

/**
 * Reads the `action.yml` (or `.yaml`) in a folder of a checkout.
 * @param place location of the step, for messages
 */
export async function loadAction(source: Source, path: string, place: string): Promise<Action> {
  const directory = join(source.directory, path);
  for (const file of ["action.yml", "action.yaml"]) {
    const content = await readFile(join(directory, file), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (content !== undefined) return readAction(source, path, file, content);
  }
  const fix = source.ref === undefined ? "; a './' action needs actions/checkout before it" : "";
  throw new WorkflowRefused(`${place}: '${nameIn(source, path)}' has no 'action.yml'${fix}`);
}

function readAction(source: Source, path: string, file: string, content: string): Action {
  const directory = join(source.directory, path);
  const name = nameIn(source, path ? `${path}/${file}` : file);
  const { context, value } = parseAction({ name, content }, new NoOperationTraceWriter());
  const template = value && convertActionTemplate(context, value);
  const errors = context.errors.getErrors();
  if (errors.length > 0 || !template) {
    throw new WorkflowRefused(errors.map((error) => error.message).join("\n") || `${name}: it is empty`);
  }
  const { inputs = [], outputs = [], runs } = template;
  if (kindOf(value, name) === "composite") {
    return { kind: "composite", directory, inputs, outputs, steps: readSteps(runs, value, { name, source }) };
  }
  return { kind: "node24", directory, inputs, runs: runs as ActionRunsNode };
}

// The key besides `using` that each kind of action requires.
const neededKeys = { node24: "main", composite: "steps" } as const;

/**
 * Checks the original text: GitHub's parser treats an action whose `using` does not fit its keys as one without steps.
 */
function kindOf(root: TemplateToken, name: string): Action["kind"] {
  const runs = find(root, "runs") as MappingToken;
  const using = find(runs, "using") as TemplateToken;
  const kind = using.toString() as Action["kind"];
  const place = placeOf(using, name);
  if (!neededKeys[kind]) throw refuse(place, `actions that use '${kind}'`, Object.keys(neededKeys));
  knowOnly(runs, name, "the key of an action's runs", ["using", "main", "post", "post-if", "steps"]);
  if (find(runs, neededKeys[kind])) return kind;
  throw new WorkflowRefused(`${place}: an action that uses '${kind}' needs '${neededKeys[kind]}'`);
}

function readSteps(
  runs: ActionTemplate["runs"],
  root: TemplateToken,
  { name, source }: { name: string; source: Source },
): Step[] {
  const parsed = (runs as { steps: ParsedStep[] }).steps;
  const tokens = [...(find(find(root, "runs"), "steps") as SequenceToken)] as MappingToken[];
  const ids = new Set<string>();
  return tokens.map((token, index) => {
    // Unlike for the steps of a job, the parser does not create a missing id.
    const id = parsed[index]?.id || `__${index + 1}`;
    const step = readStep({ ...(parsed[index] as ParsedStep), id }, token, name, source);
    if (ids.has(id)) throw new WorkflowRefused(`${step.place}: the id '${id}' is there more than once`);
    ids.add(id);
    return step;
  });
}

type ActionReference =
  /** `./path`: from the job's workspace. */
  | { kind: "workspace"; path: string }
  /** `$/path`: from the commit that the step's file is in. */
  | { kind: "commit"; path: string }
  /** `owner/name/path@ref` */
  | { kind: "repository"; repository: string; path: string; ref: string }
  | { kind: "stand-in"; name: string };

/** Reads the value of `uses` of a step. Throws WorkflowRefused for an action that this runner does not support. */
export function readReference({ uses, place }: ActionStep, { names }: Sources): ActionReference {
  if (uses.startsWith("./")) return { kind: "workspace", path: uses.slice(2) };
  if (uses.startsWith("$/")) return { kind: "commit", path: uses.slice(2) };
  const name = uses.split("@")[0] as string;
  if (standIns[name]) return { kind: "stand-in", name };
  const [, repository = "", path = "", ref = ""] = /^([^/@]+\/[^/@]+)(?:\/([^@]*))?@(.+)$/.exec(uses) ?? [];
  if (names.includes(repository)) return { kind: "repository", repository, path, ref };
  const others = names.map((each) => `${each}/<folder>@<ref>`);
  throw refuse(place, `the action '${uses}'`, [
    "./<folder>",
    "$/<folder>",
    ...others,
    ...Object.keys(standIns),
  ]);
}

/** Returns where an action is that every job of the run gets from the same commit; undefined for another one. */
export async function sourceOf(
  step: ActionStep,
  reference: ActionReference,
  sources: Sources,
): Promise<Source | undefined> {
  if (reference.kind === "commit") return step.source;
  if (reference.kind !== "repository") return undefined;
  return sources.open(reference.repository, reference.ref, step.place);
}
