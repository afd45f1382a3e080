import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { isObject } from "@ecs-delivery/actions/core/is-object";
import type { InputTexts } from "@ecs-delivery/actions/core/permissions";
import { Refusal } from "@ecs-delivery/program/command-line";
import { parseDocument } from "yaml";
import { listActions, readActionFile } from "../actions/action-file.ts";

/** A step of a workflow that uses one of the actions. `*` in a text stands for what only a run knows. */
export interface StepUse {
  readonly action: string;
  readonly inputs: InputTexts;
  /** The role of the job as the workflow has it, such as `${{ vars.AWS_ROLE_TO_ASSUME }}`; empty for none. */
  readonly role: string;
  readonly region: string;
}

/** Reads the text of a file in the workflow's repository. Undefined if it does not exist. */
export type ReadFile = (path: string) => string | undefined;

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly with?: Step["with"];
  readonly env?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly Step[];
}

interface WorkflowFile {
  readonly env?: Job["env"];
  readonly on?: {
    readonly workflow_call?: { readonly inputs?: Record<string, { readonly default?: unknown }> };
  };
  readonly jobs?: Readonly<Record<string, Job>>;
  /** Inputs of a composite action. */
  readonly inputs?: Record<string, { readonly default?: unknown }>;
  readonly runs?: { readonly steps?: readonly Step[] };
}

/** A value that only a run knows, with some parts that the files know. */
class Unknown extends data.Dictionary {
  private readonly known: Readonly<Record<string, data.ExpressionData>>;
  constructor(known: Readonly<Record<string, data.ExpressionData>> = {}) {
    super();
    this.known = known;
  }
  override get(key: string): data.ExpressionData {
    return this.known[key] ?? this;
  }
  override coerceString = () => "*";
}

const unknown = new Unknown();
const texts = (values: InputTexts) =>
  new Unknown(
    Object.fromEntries(
      Object.entries(values).map(([name, text]) => [
        name,
        text === "*" ? unknown : new data.StringData(text),
      ]),
    ),
  );

interface Scope {
  /** Undefined in a workflow that others call, and that is read alone. */
  readonly inputs: InputTexts | undefined;
  readonly env: InputTexts;
  readonly steps: Record<string, InputTexts>;
}

const contextNames = "env github inputs job jobs matrix needs runner secrets steps strategy vars".split(" ");

function evaluate(expression: string, { inputs, env, steps }: Scope): data.ExpressionData {
  try {
    const contexts = new data.Dictionary();
    const outputs = Object.entries(steps).map(([id, known]) => [id, new Unknown({ outputs: texts(known) })]);
    const known: Readonly<Record<string, data.ExpressionData>> = {
      ...(inputs && { inputs: texts(inputs) }),
      env: texts(env),
      steps: new Unknown(Object.fromEntries(outputs)),
    };
    for (const name of contextNames) contexts.add(name, known[name] ?? unknown);
    // A comparison with what only a run knows may have any result.
    if (/[=!<>]|&&/.test(expression) && needsRun(expression, inputs)) return unknown;
    const tree = new Parser(new Lexer(expression).lex().tokens, contextNames, []).parse();
    return new Evaluator(tree, contexts).evaluate();
  } catch {
    // A function such as hashFiles or cancelled needs a run.
    return unknown;
  }
}

/** A variable of the repository that has a default counts as not set. */
function textOf(value: unknown, scope: Scope): string {
  return `${value ?? ""}`.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    evaluate(expression.replace(/\bvars\.\w+ *\|\|/g, ""), scope).coerceString(),
  );
}

const textsOf = (values: Readonly<Record<string, unknown>> | undefined, scope: Scope): InputTexts =>
  Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, textOf(value, scope)]));

function needsRun(expression: string, inputs: Scope["inputs"]): boolean {
  const ofRuns =
    /\b(env|github|job|matrix|needs|runner|secrets|steps|strategy|vars)\b|\b(always|cancelled|failure|success)\(/;
  return ofRuns.test(expression) || (inputs === undefined && /\binputs\b/.test(expression));
}

/** A condition on inputs is decided here; any other may hold. */
function mayRun(condition: unknown, scope: Scope): boolean {
  const text = `${condition ?? true}`.replace(/^\$\{\{(.*)\}\}$/s, "$1");
  if (needsRun(text, scope.inputs)) return true;
  return !["", "0", "false"].includes(evaluate(text, scope).coerceString());
}

/** Creates a reader of workflows. `actions`: the folder of the actions, next to the workflows that others can call. */
export function createWorkflowReader(actions: string) {
  const names = listActions(actions);
  const actionIn = (uses = "") => {
    const name = /\/actions\/([\w-]+)(?:@.*)?$/.exec(uses)?.[1] ?? "";
    return names.includes(name) ? name : undefined;
  };
  const callee = (uses: string, read: ReadFile, of: RegExp) => {
    const path = /^(?:\$|\.|[\w.-]+\/[\w.-]+)\/([^@]*)/.exec(uses)?.[1] ?? "";
    const own = join(actions, "..", path);
    const text = uses.startsWith(".")
      ? read(path)
      : of.test(uses) && existsSync(own)
        ? readFileSync(own, "utf8")
        : undefined;
    if (text !== undefined) return parseFile<WorkflowFile>(text, uses);
    throw new Refusal(
      `permissions: ${uses}, which the workflow calls, cannot be read. Fix: give a copy of that file too, or its path in this repository.`,
    );
  };

  function usesOf(
    steps: readonly Step[],
    scope: Scope,
    read: ReadFile,
    job: { role: string; region: string },
  ): StepUse[] {
    return steps.flatMap((step): StepUse[] => {
      const { uses = "" } = step;
      if (!mayRun(step.if, scope)) return [];
      const given = textsOf(step.with, scope);
      if (isLogIn(uses)) Object.assign(job, logInOf(step, scope));
      const action = actionIn(uses);
      if (action === undefined) {
        if (!/^[\w.-]+\/ecs-delivery@/.test(uses)) return [];
        const { inputs: declared, runs } = callee(uses.replace("@", "/action.yml@"), read, /./);
        return usesOf(
          runs?.steps ?? [],
          { ...scope, inputs: withDefaults(declared, given), steps: {} },
          read,
          job,
        );
      }
      const defaults = readActionFile(actions, action).inputs.map(({ name, fallback }) => [name, fallback]);
      const inputs: InputTexts = { ...Object.fromEntries(defaults), ...given };
      if (step.id) scope.steps[step.id] = outputsOf(action, inputs);
      return [{ action, inputs, ...job }];
    });
  }

  function usesInJobs(file: WorkflowFile, inputs: InputTexts | undefined, read: ReadFile): StepUse[] {
    const empty = { inputs, env: {}, steps: {} };
    const env = textsOf(file.env, empty);
    return Object.values(file.jobs ?? {})
      .filter(isObject)
      .flatMap((job: Job): StepUse[] => {
        const scope: Scope = { inputs, env: { ...env, ...textsOf(job.env, { ...empty, env }) }, steps: {} };
        if (!mayRun((job as Step).if, scope)) return [];
        if (job.uses?.includes("/.github/workflows/")) {
          const called = callee(job.uses, read, /^\$|\/ecs-delivery\//);
          const given = withDefaults(called.on?.workflow_call?.inputs, textsOf(job.with, scope));
          return usesInJobs(called, given, read);
        }
        const hasKeys = /AWS_ACCESS_KEY_ID|AWS_PROFILE/.test(JSON.stringify([file.env, job.env]) ?? "");
        const ofJob = { role: hasKeys ? "keys" : "", region: scope.env.AWS_REGION ?? "" };
        return usesOf(job.steps ?? [], scope, read, ofJob);
      });
  }

  return {
    /** Returns the uses with credentials; all of them if no job logs in, such as on a machine with a role of its own. */
    read(text: string, read: ReadFile, name = "workflow"): StepUse[] {
      const uses = usesInJobs(parseFile(text, name), undefined, read);
      const signedIn = uses.filter(({ role }) => role !== "");
      return signedIn.length > 0 ? signedIn : uses;
    },
  };
}

/** Parses YAML or JSON whose top is a mapping. */
export function parseFile<Content>(text: string, name: string): Content {
  const document = parseDocument(text);
  const [fault] = document.errors.map(({ message }) => `: ${message.split("\n")[0]?.replace(/:$/, "")}`);
  const content: unknown = fault === undefined ? document.toJS() : undefined;
  if (isObject(content)) return content as Content;
  throw new Refusal(
    `permissions: ${name} cannot be parsed${fault ?? " as a mapping"}. Fix: correct the file.`,
  );
}

const isLogIn = (uses: string) => /\/log-in-to-aws(@|$)|^aws-actions\/configure-aws-credentials@/.test(uses);

function logInOf({ with: given = {} }: Step, scope: Scope): { role: string; region: string } {
  const role = textOf(given["role-to-assume"], scope);
  const written = `${given["role-to-assume"] ?? ""}` || "keys";
  return { role: role.startsWith("arn:") ? role : written, region: textOf(given["aws-region"], scope) };
}

function withDefaults(declared: WorkflowFile["inputs"] = {}, given: InputTexts): InputTexts {
  return {
    ...Object.fromEntries(
      Object.entries(declared).map(([name, { default: text = "" }]) => [name, `${text}`]),
    ),
    ...given,
  };
}

/** Outputs that say which files and repositories a later step uses. */
function outputsOf(action: string, inputs: InputTexts): InputTexts {
  const { "task-definition": file = "", repository = "", appspec = "" } = inputs;
  const image = repository === "*" || repository === "" ? "*" : `ecr://${repository}`;
  if (action === "build-image") return { image, "portable-image": image };
  return action === "render-task-definition" ? { "task-definition": file, appspec } : {};
}

/** Reads files of the repository that has a workflow: the folder above `.github`, else the current one. */
export function repositoryOf(workflow: string): ReadFile {
  const path = resolve(workflow);
  const at = path.lastIndexOf(`${sep}.github${sep}`);
  const root = at < 0 ? process.cwd() : path.slice(0, at);
  return (name) => {
    const file = resolve(root, name);
    const isInside = !relative(root, file).startsWith("..");
    return isInside && existsSync(file) && dirname(file) !== file ? readFileSync(file, "utf8") : undefined;
  };
}
