import { createHash } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import type { ExpressionData } from "@actions/expressions/data/expressiondata";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";
import type { Conclusion } from "../result.ts";

// The maximum number of arguments that the parser allows for hashFiles and the status functions of a job.
const anyNumber = 255;

/** `success()`, `failure()`, `cancelled()`, `always()` as a step sees them. */
export function stepStatusFunctions(status: Conclusion): FunctionDefinition[] {
  return statusFunctions({
    success: () => status === "success",
    failure: () => status === "failure",
    cancelled: () => status === "cancelled",
  });
}

/**
 * The same as a job sees them.
 * @param ancestors results of every job it needs, directly or not, by id
 */
export function jobStatusFunctions(
  ancestors: ReadonlyMap<string, Conclusion>,
  cancelled: boolean,
): FunctionDefinition[] {
  const results = (names: string[]) =>
    names.length === 0 ? [...ancestors.values()] : names.map((name) => ancestors.get(name) ?? "skipped");
  return statusFunctions({
    success: (names) => !cancelled && results(names).every((result) => result === "success"),
    failure: (names) => !cancelled && results(names).includes("failure"),
    cancelled: () => cancelled,
  });
}

export function hashFilesFunction(workspace: string): FunctionDefinition {
  return {
    name: "hashFiles",
    minArgs: 1,
    maxArgs: anyNumber,
    call: (...patterns: ExpressionData[]) =>
      new data.StringData(
        hashFiles(
          workspace,
          patterns.map((pattern) => pattern.coerceString()),
        ),
      ),
  };
}

function statusFunctions(checks: Record<string, (names: string[]) => boolean>): FunctionDefinition[] {
  const all: typeof checks = { ...checks, always: () => true };
  return Object.entries(all).map(([name, check]) => ({
    name,
    minArgs: 0,
    maxArgs: anyNumber,
    call: (...names: ExpressionData[]) =>
      new data.BooleanData(check(names.map((each) => each.coerceString()))),
  }));
}

/** `hashFiles()`: SHA-256 over the SHA-256 of each matching file of the workspace; empty when none matches. */
function hashFiles(workspace: string, patterns: string[]): string {
  const lines = patterns.flatMap((pattern) => pattern.split("\n")).map((line) => line.trim());
  const files = new Set<string>();
  for (const line of lines.filter((each) => each !== "" && !each.startsWith("#"))) {
    if (line.startsWith("!"))
      for (const file of globSync(line.slice(1), { cwd: workspace })) files.delete(file);
    else for (const file of globSync(line, { cwd: workspace })) files.add(file);
  }
  const hashed = [...files].sort().filter((file) => statSync(join(workspace, file)).isFile());
  if (hashed.length === 0) return "";
  const total = createHash("sha256");
  for (const file of hashed)
    total.update(
      createHash("sha256")
        .update(readFileSync(join(workspace, file)))
        .digest(),
    );
  return total.digest("hex");
}

// GitHub's packages import JSON without the attribute that Node requires.
registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith(".json")) return nextLoad(url, context);
    return nextLoad(url, { ...context, importAttributes: { ...context.importAttributes, type: "json" } });
  },
});

// Static imports would be loaded before the hook above is there.
const parser = await import("@actions/workflow-parser");
const actions = await import("@actions/workflow-parser/actions/index");
const expressions = await import("@actions/expressions");

export const {
  parseWorkflow,
  convertWorkflowTemplate,
  NoOperationTraceWriter,
  isBasicExpression,
  isMapping,
  isScalar,
  isSequence,
} = parser;
export const { getWorkflowSchema } = await import("@actions/workflow-parser/workflows/workflow-schema");
export const { getActionSchema } = await import("@actions/workflow-parser/actions/action-schema");
export const { parseAction, convertActionTemplate } = actions;
export const { Evaluator, Lexer, Parser, data } = expressions;
