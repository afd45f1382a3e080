import { registerHooks } from "node:module";

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
  isString,
} = parser;
export const { parseAction, convertActionTemplate } = actions;
export const { Evaluator, Lexer, Parser, data } = expressions;
