import { isDeepStrictEqual } from "node:util";
import { evaluateToken, type Json, type Scope, toText } from "../expressions/evaluate.ts";
import { find } from "../load/tokens.ts";
import { type Job, readOnly, readPermissions } from "../load/workflow.ts";
import { type Conclusion, combine, type JobOutcome } from "../result.ts";
import { concurrencyOf } from "./concurrency.ts";
import { runCallJob } from "./run-call-job.ts";
import type { RunContext, WorkflowScope } from "./run-context.ts";
import { runStepsJob } from "./run-steps-job.ts";

type Contexts = { [name: string]: Json };

/** Runs a job once for each combination of its matrix, or once. An invalid matrix fails the job. */
export async function runMatrix(
  run: RunContext,
  scope: WorkflowScope,
  job: Job,
  contexts: Contexts,
): Promise<JobOutcome> {
  try {
    const strategy = readStrategy(job, { contexts });
    const failed = new AbortController();
    const signal = strategy.failFast ? AbortSignal.any([scope.signal, failed.signal]) : scope.signal;
    const outcomes: JobOutcome[] = [];
    const waiting = strategy.combinations.map((matrix, index) => ({ matrix, index }));
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const own = {
          ...contexts,
          matrix: next.matrix,
          strategy: {
            "fail-fast": strategy.failFast,
            "job-index": next.index,
            "job-total": strategy.combinations.length,
            "max-parallel": strategy.maxParallel,
          },
        };
        const outcome = signal.aborted
          ? { conclusion: "cancelled" as const, outputs: {} }
          : await takeTurn(run, { ...scope, signal }, job, own);
        if (outcome.conclusion === "failure") failed.abort();
        outcomes.push(outcome);
      }
    };
    await Promise.all(Array.from({ length: strategy.maxParallel }, work));
    return {
      conclusion: combine(outcomes.map((each) => each.conclusion)),
      // As on GitHub, the last combination to end wins; an empty value does not overwrite.
      outputs: Object.assign({}, ...outcomes.map((each) => withoutEmpty(each.outputs))),
    };
  } catch (error) {
    return failJob(run, `${scope.prefix}${job.id}`, error as Error);
  }
}

interface Strategy {
  combinations: (Combination | null)[];
  failFast: boolean;
  maxParallel: number;
}

function readStrategy(job: Job, scope: Scope): Strategy {
  const matrix = find(job.strategy, "matrix");
  if (!matrix) return { combinations: [null], failFast: true, maxParallel: 1 };
  const combinations = expandMatrix(evaluateToken(matrix, scope), job.place);
  if (combinations.length === 0)
    throw new Error(`${job.place}: the matrix of '${job.id}' has no combination`);
  const failFast = find(job.strategy, "fail-fast");
  const maxParallel = find(job.strategy, "max-parallel");
  return {
    combinations,
    failFast: !failFast || evaluateToken(failFast, scope) !== false,
    maxParallel: maxParallel ? Number(toText(evaluateToken(maxParallel, scope))) : combinations.length,
  };
}

async function takeTurn(
  run: RunContext,
  scope: WorkflowScope,
  job: Job,
  contexts: Contexts,
): Promise<JobOutcome> {
  const request = concurrencyOf(job.concurrency, { contexts });
  const cancelled = new AbortController();
  const signal = AbortSignal.any([scope.signal, cancelled.signal]);
  const turn = { cancel: () => cancelled.abort(), signal: scope.signal };
  const outcome = await run.groups.runInTurn(request, turn, () =>
    runOnce(run, { ...scope, signal }, job, contexts),
  );
  return outcome ?? { conclusion: "cancelled", outputs: {} };
}

async function runOnce(
  run: RunContext,
  scope: WorkflowScope,
  job: Job,
  contexts: Contexts,
): Promise<JobOutcome> {
  const name = scope.prefix + displayName(job, contexts);
  const requested = readPermissions(job.permissions, scope.permissions);
  const permissions = run.isOfFork ? readOnly(requested) : requested;
  if (job.kind === "call") return runCallJob(run, { ...scope, permissions }, job, { name, contexts });
  const { needs = {}, matrix = null, strategy = null } = contexts;
  const placed = { needs, matrix, strategy };
  const result = await runStepsJob({
    run,
    scope,
    definition: job,
    name,
    contexts: placed,
    permissions,
    signal: scope.signal,
  });
  const forgiven = job.continueOnError && evaluateToken(job.continueOnError, { contexts }) === true;
  const conclusion: Conclusion = forgiven && result.conclusion === "failure" ? "success" : result.conclusion;
  return { conclusion, outputs: result.outputs };
}

/** GitHub puts the matrix values after a name that does not use them. */
function displayName(job: Job, contexts: Contexts): string {
  const name = toText(evaluateToken(job.name, { contexts }));
  const matrix = contexts.matrix as Combination | null;
  if (!matrix || job.name.isExpression) return name;
  const values = describeCombination(matrix);
  return values === "" ? name : `${name} (${values})`;
}

function withoutEmpty(outputs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== ""));
}

function failJob(run: RunContext, name: string, error: Error): JobOutcome {
  const annotation = { level: "error" as const, message: run.masker.hide(error.message) };
  const { emit } = run.options;
  emit({ type: "job-started", run: run.id, job: name });
  emit({ type: "annotation", run: run.id, job: name, annotation });
  emit({ type: "job-finished", run: run.id, job: name, conclusion: "failure", durationMs: 0, summary: [] });
  run.jobs.push({
    name,
    conclusion: "failure",
    outputs: {},
    steps: [],
    annotations: [annotation],
    summary: "",
    permissions: {},
    ...{ leftOut: [], executed: [] },
    durationMs: 0,
  });
  return { conclusion: "failure", outputs: {} };
}

type Combination = { [name: string]: Json };

/** Expands `strategy.matrix` by GitHub's documented rules for vectors, `exclude` and `include`. */
export function expandMatrix(matrix: Json, place: string): Combination[] {
  if (!isObject(matrix))
    throw new Error(`${place}: 'matrix' must be a mapping, or an expression that gives one`);
  const { include = [], exclude = [], ...vectors } = matrix;
  let combinations: Combination[] = Object.keys(vectors).length === 0 ? [] : [{}];
  for (const [name, values] of Object.entries(vectors)) {
    if (!Array.isArray(values)) throw new Error(`${place}: the matrix vector '${name}' must be a list`);
    combinations = combinations.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
  }
  const excluded = objects(exclude, "exclude", place);
  combinations = combinations.filter((each) => !excluded.some((pattern) => contains(each, pattern)));
  return addIncluded(combinations, objects(include, "include", place), Object.keys(vectors));
}

/** `customer, production` of `deploy (customer, production)`. */
function describeCombination(combination: Combination): string {
  const leaves = (value: Json): string[] => {
    if (value === null) return [];
    if (typeof value === "object") return Object.values(value).flatMap(leaves);
    return [String(value)];
  };
  return leaves(combination).join(", ");
}

function addIncluded(combinations: Combination[], included: Combination[], vectors: string[]): Combination[] {
  const original = combinations.map((each) => ({ ...each }));
  const added: Combination[] = [];
  for (const entry of included) {
    const overlap = Object.fromEntries(Object.entries(entry).filter(([name]) => vectors.includes(name)));
    const matching = combinations.filter((_, index) => contains(original[index] as Combination, overlap));
    if (matching.length === 0) added.push({ ...entry });
    for (const each of matching) Object.assign(each, entry);
  }
  return [...combinations, ...added];
}

function contains(combination: Combination, pattern: Combination): boolean {
  return Object.entries(pattern).every(([name, value]) => isDeepStrictEqual(combination[name], value));
}

function objects(value: Json, name: string, place: string): Combination[] {
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw new Error(`${place}: '${name}' of a matrix must be a list of mappings`);
  }
  return value as Combination[];
}

function isObject(value: Json): value is Combination {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
