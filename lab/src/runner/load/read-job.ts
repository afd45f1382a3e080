import type {
  Step as ParsedStep,
  WorkflowJob as ParsedWorkflowJob,
} from "@actions/workflow-parser/model/workflow-template";
import type {
  BasicExpressionToken,
  MappingToken,
  SequenceToken,
  StringToken,
} from "@actions/workflow-parser/templates/tokens/index";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { refuse, WorkflowRefused } from "../errors.ts";
import { evaluateToken, type Json, toText } from "../expressions/evaluate.ts";
import { isMapping } from "../expressions/functions.ts";
import { noteOutputUses } from "./output-uses.ts";
import { nameIn, type Source } from "./sources.ts";
import { find, knowOnly, placeOf } from "./tokens.ts";
import type { Job, RunDefaults, Step } from "./workflow.ts";

const stepsJobKeys = [
  "name",
  "runs-on",
  "needs",
  "if",
  "strategy",
  "env",
  "defaults",
  "outputs",
  "permissions",
  "concurrency",
  "environment",
  "timeout-minutes",
  "continue-on-error",
  "steps",
];
const callJobKeys = [
  "name",
  "uses",
  "with",
  "secrets",
  "needs",
  "if",
  "strategy",
  "permissions",
  "concurrency",
];
// This machine stands in for any Linux runner, and these are as it is.
const runnerLabels = ["ubuntu-latest", "ubuntu-24.04", "ubuntu-22.04"];

/** @param path name of the workflow file, for messages */
export function readJob(
  parsed: ParsedWorkflowJob,
  token: MappingToken,
  { path, source }: { path: string; source: Source },
): Job {
  const place = placeOf(parsed.id, path);
  const common = {
    id: parsed.id.value,
    place,
    name: parsed.name as TemplateToken,
    needs: (parsed.needs ?? []).map((need) => need.value),
    condition: parsed.if as BasicExpressionToken,
    strategy: readStrategy(find(token, "strategy"), path),
    concurrency: find(token, "concurrency"),
    permissions: find(token, "permissions"),
  };
  if (parsed.type === "reusableWorkflowJob") {
    knowOnly(token, path, "the key of a calling job", callJobKeys);
    const secrets = find(token, "secrets");
    return {
      ...common,
      kind: "call",
      workflow: calledWorkflow(parsed.ref.value, placeOf(parsed.ref, path), source),
      with: find(token, "with"),
      secrets: secrets && (isMapping(secrets) ? secrets : "inherit"),
    };
  }
  for (const { key } of token)
    if (/^(container|services)$/.test(key.toString())) {
      const problem = `this runner does not know the job key '${key}': it starts no containers for a job`;
      throw new WorkflowRefused(`${placeOf(key, path)}: ${problem}`);
    }
  knowOnly(token, path, "the job key", stepsJobKeys);
  const runsOn = find(token, "runs-on");
  // The label of an expression is checked when the job starts.
  if (runsOn && !runsOn.isExpression)
    checkRunner(evaluateToken(runsOn, { contexts: {} }), placeOf(runsOn, path));
  const environment = find(token, "environment");
  knowOnly(environment, path, "the key of an environment", ["name", "url"]);
  const outputs = find(token, "outputs");
  const steps = [...(find(token, "steps") as SequenceToken)].map((step, index) =>
    readStep(parsed.steps[index] as never, step as MappingToken, path, source),
  );
  noteOutputUses(steps, [outputs], path);
  return {
    ...common,
    kind: "steps",
    runsOn,
    env: find(token, "env"),
    defaults: readRunDefaults(find(token, "defaults"), path),
    environment: find(environment, "name") ?? environment,
    outputs,
    timeoutMinutes: find(token, "timeout-minutes"),
    continueOnError: find(token, "continue-on-error"),
    steps,
  };
}

export function readRunDefaults(token: TemplateToken | undefined, path: string): RunDefaults {
  const run = find(token, "run");
  knowOnly(run, path, "the run default", ["shell", "working-directory"]);
  return { shell: find(run, "shell"), workingDirectory: find(run, "working-directory") };
}

function readStrategy(token: TemplateToken | undefined, path: string): MappingToken | undefined {
  if (!token) return undefined;
  if (!isMapping(token)) throw refuse(placeOf(token, path), "a strategy that is an expression", ["matrix"]);
  return token;
}

/**
 * Throws for a machine that is not Linux.
 * @param runsOn one label, a list, or a mapping with `labels`
 * @returns labels of runners that may differ from this machine
 */
export function checkRunner(runsOn: Json, place: string): string[] {
  const isGroup = runsOn !== null && typeof runsOn === "object" && !Array.isArray(runsOn);
  const labels = [isGroup ? (runsOn.labels ?? []) : runsOn].flat().map(toText);
  const other = labels.find((label) => label === "" || /^(windows|macos)/i.test(label));
  if (other !== undefined) throw refuse(place, `the runner '${other}'`, runnerLabels);
  return labels.filter((label) => !runnerLabels.includes(label.toLowerCase()));
}

/** As on GitHub, `./` too is the commit of the calling file, also if a job has checked out another one. */
function calledWorkflow(reference: string, place: string, source: Source): string {
  const local = /^(?:\.|\$)\/(\.github\/workflows\/[^/@]+\.ya?ml)$/.exec(reference)?.[1];
  if (local) return nameIn(source, local);
  if (/^[^/@]+\/[^/@]+\/\.github\/workflows\/[^/@]+\.ya?ml@.+$/.test(reference)) return reference;
  const file = ".github/workflows/<file>";
  throw refuse(place, `the workflow '${reference}'`, [
    `./${file}`,
    `$/${file}`,
    `<owner>/<name>/${file}@<ref>`,
  ]);
}

const commonKeys = ["name", "id", "if", "env", "continue-on-error", "timeout-minutes"];
const scriptKeys = [...commonKeys, "run", "shell", "working-directory"];
const actionKeys = [...commonKeys, "uses", "with"];

/**
 * @param parsed what GitHub's parser makes of it: the generated id, and the condition with its `success()`
 * @param path name of the file, for messages
 * @param source of the file
 */
export function readStep(parsed: ParsedStep, token: MappingToken, path: string, source: Source): Step {
  const script = find(token, "run");
  knowOnly(token, path, "the step key", script ? scriptKeys : actionKeys);
  const common = {
    id: parsed.id,
    place: placeOf(token, path),
    name: find(token, "name"),
    condition: parsed.if as BasicExpressionToken,
    continueOnError: find(token, "continue-on-error"),
    timeoutMinutes: find(token, "timeout-minutes"),
    env: find(token, "env"),
  };
  if (script) {
    return {
      ...common,
      kind: "script",
      script,
      shell: find(token, "shell"),
      workingDirectory: find(token, "working-directory"),
    };
  }
  const uses = find(token, "uses") as StringToken;
  return {
    ...common,
    kind: "action",
    uses: uses.value,
    source,
    with: find(token, "with") as TemplateToken | undefined,
  };
}
