import { existsSync, globSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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
import { noteOutputUses } from "./output-uses.ts";
import { readStep } from "./read-job.ts";
import { nameIn, type Source, type Sources } from "./sources.ts";
import { find, knowOnly, placeOf } from "./tokens.ts";
import type { ActionStep, Step } from "./workflow.ts";

interface BaseAction {
  directory: string;
  inputs: NonNullable<ActionTemplate["inputs"]>;
}

export interface NodeAction extends BaseAction {
  kind: "node";
  runs: ActionRunsNode;
}

export interface CompositeAction extends BaseAction {
  kind: "composite";
  steps: Step[];
  outputs: ActionOutputDefinition[];
}

export type Action = NodeAction | CompositeAction;

interface ContainerAction {
  kind: "docker";
  /** Location of `using`. */
  place: string;
}

/** Reads the `action.yml` (or `.yaml`) in a folder of a checkout. */
export async function loadAction(
  source: Source,
  path: string,
  { place }: Pick<ActionStep, "place">,
): Promise<Action | ContainerAction> {
  const directory = join(source.directory, path);
  for (const file of ["action.yml", "action.yaml"]) {
    const content = await readFile(join(directory, file), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (content !== undefined) return readAction(source, path, file, content.replace(/\r\n?/g, "\n"));
  }
  const fix = source.ref === undefined ? "; a './' action needs actions/checkout before it" : "";
  throw new WorkflowRefused(`${place}: '${nameIn(source, path)}' has no 'action.yml'${fix}`);
}

function readAction(source: Source, path: string, file: string, content: string): Action | ContainerAction {
  const directory = join(source.directory, path);
  const name = nameIn(source, path ? `${path}/${file}` : file);
  const { context, value } = parseAction({ name, content }, new NoOperationTraceWriter());
  const template = value && convertActionTemplate(context, value);
  const errors = context.errors.getErrors();
  if (errors.length > 0 || !template) {
    throw new WorkflowRefused(errors.map((error) => error.message).join("\n") || `${name}: it is empty`);
  }
  const { inputs = [], outputs = [], runs } = template;
  const kind = kindOf(value, name);
  if (typeof kind !== "string") return kind;
  if (kind === "composite") {
    const steps = readSteps(runs, value, { name, source });
    const results = outputs.map((output) => output.value);
    noteOutputUses(steps, results, name);
    return { kind, directory, inputs, outputs, steps };
  }
  return { kind: "node", directory, inputs, runs: runs as ActionRunsNode };
}

// The key besides `using` that each kind of action requires. GitHub runs older versions of Node.js on a newer one, too.
const neededKeys = {
  ...{ node12: "main", node16: "main", node20: "main", node24: "main" },
  composite: "steps",
} as const;
const runsKeys = ["using", "main", "pre", "pre-if", "post", "post-if", "steps"];

/**
 * Checks the original text: GitHub's parser treats an action whose `using` does not fit its keys as one without steps.
 */
function kindOf(root: TemplateToken, name: string): keyof typeof neededKeys | ContainerAction {
  const runs = find(root, "runs") as MappingToken;
  const using = find(runs, "using") as TemplateToken;
  const kind = using.toString() as keyof typeof neededKeys;
  const place = placeOf(using, name);
  if (String(kind) === "docker") return { kind: "docker", place };
  if (!neededKeys[kind]) throw refuse(place, `actions that use '${kind}'`, Object.keys(neededKeys));
  knowOnly(runs, name, "the key of an action's runs", runsKeys);
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

/** An action as a step uses it. */
type FoundAction =
  | { kind: "stand-in"; name: string }
  /** In a folder that a step makes or checks out. */
  | { kind: "made" }
  /** Skipped, for a reason in one sentence. */
  | { kind: "left-out"; why: string }
  | { kind: "action"; action: Action; source: Source; path: string; note: string | undefined };

/**
 * Finds and reads the action of a step. Throws WorkflowRefused for one that does not exist, or that this runner does not
 * perform, unless it is to be left out and nothing uses its outputs.
 * @param workspace where `./…` is; by default, it is in the running commit, or made by a step
 */
export async function findAction(
  step: ActionStep,
  sources: Sources,
  workspace?: Source,
): Promise<FoundAction> {
  const { uses } = step;
  const name = uses.split("@")[0]?.toLowerCase() ?? "";
  if (standIns[name]) return { kind: "stand-in", name };
  if (sources.leavesOut && name.endsWith("/ecs-delivery/actions/rehearse"))
    return leaveOut(step, "A rehearsal does not start another one.");
  const local = /^[.$]\/(.*)$/.exec(uses);
  if (uses.startsWith("./") && sources.leavesOut && !workspace && !isCommitted(sources.own, uses))
    return { kind: "made" };
  const near = uses.startsWith("$") ? step.source : (workspace ?? sources.own);
  if (local) return readFound(step, sources, near, local[1] ?? "");
  const [, repository = "", path = "", ref = ""] = /^([^/@]+\/[^/@]+)(?:\/([^@]*))?@(.+)$/.exec(uses) ?? [];
  const source = repository ? await sources.find(repository, ref, step.place) : undefined;
  const ours = substitutes[name];
  if (ours && sources.package && (!source || !sdkIn(join(source.directory, "dist")).readsEndpoint)) {
    const reason = source ? "this release would call the real AWS" : "its repository is not fetched";
    const note = `Performed by ${ours} of this package, because ${reason}.`;
    const own = { repository, ref, directory: sources.package };
    return readFound(step, sources, own, ours, note);
  }
  if (source) return readFound(step, sources, source, path);
  if (sources.leavesOut && repository) {
    const fix = `clone ${repository}, and give it with --mirror ${repository}=FOLDER`;
    return leaveOut(step, "The rehearsal does not know this action, and has not fetched it.", fix);
  }
  if (sources.leavesOut && uses.startsWith("docker://")) return leaveOut(step, inContainer);
  const others = sources.names.map((each) => `${each}/<folder>@<ref>`);
  const known = ["./<folder>", "$/<folder>", ...others, ...Object.keys(standIns)];
  throw refuse(step.place, `the action '${uses}'`, known);
}

const isCommitted = ({ directory }: Source, path: string) =>
  ["action.yml", "action.yaml"].some((file) => existsSync(join(directory, path, file)));

const inContainer = "The rehearsal runs no action in a container.";

/** Inputs that AWS's action requires and ours does not: an expression with a wrong name is empty. */
export const requiredByAws: Readonly<Record<string, readonly string[]>> = {
  "actions/render-task-definition": ["container-name", "image"],
};

/** Actions of AWS, and those of this package with the same inputs and outputs. */
const substitutes: Record<string, string> = {
  "aws-actions/amazon-ecs-deploy-task-definition": "actions/deploy-service",
  "aws-actions/amazon-ecs-render-task-definition": "actions/render-task-definition",
};

/** Returns whether a bundle has an SDK of AWS (each reads the first variable), and one that is recent enough. */
function sdkIn(directory: string): { hasSdk: boolean; readsEndpoint: boolean } {
  const texts = globSync("**/*.{js,cjs,mjs}", { cwd: directory }).map((file) =>
    readFileSync(join(directory, file), "utf8"),
  );
  const has = (name: string) => texts.some((text) => text.includes(name));
  return { hasSdk: has("AWS_SHARED_CREDENTIALS_FILE"), readsEndpoint: has("AWS_ENDPOINT_URL") };
}

/** An action of another repository that no endpoint directs to the simulated AWS. */
function callsRealAws(source: Source, action: Action | ContainerAction): boolean {
  if (source.ref === undefined || action.kind !== "node") return false;
  const { hasSdk, readsEndpoint } = sdkIn(join(action.directory, dirname(action.runs.main)));
  return hasSdk && !readsEndpoint;
}

async function readFound(
  step: ActionStep,
  sources: Sources,
  source: Source,
  path: string,
  note?: string,
): Promise<FoundAction> {
  const action = await loadAction(source, path, step);
  if (sources.leavesOut && callsRealAws(source, action))
    return leaveOut(step, "It uses an AWS SDK that would call the real AWS.");
  if (action.kind !== "docker") return { kind: "action", action, source, path, note };
  if (sources.leavesOut) return leaveOut(step, inContainer);
  throw refuse(action.place, "actions that use 'docker'", Object.keys(neededKeys));
}

/** @param fix other than a change of the file */
function leaveOut({ uses, place, outputUses }: ActionStep, why: string, fix?: string): FoundAction {
  const use = outputUses?.[0];
  if (!use) return { kind: "left-out", why };
  const output = use.output === undefined ? "its outputs" : `its output '${use.output}'`;
  const fixes = [fix, `write a value in place of the output at ${use.place}`].filter(Boolean).join(", or ");
  throw new WorkflowRefused(
    `${place}: the action '${uses}' would be left out, but ${use.place} uses ${output}. ${why} Fix: ${fixes}`,
  );
}
