import type { ExpressionData } from "@actions/expressions/data/expressiondata";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import {
  data,
  Evaluator,
  isBasicExpression,
  isMapping,
  isScalar,
  isSequence,
  Lexer,
  Parser,
} from "./functions.ts";

/** A plain JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Names that an expression may use. Contexts that GitHub does not provide at a place are missing. */
export interface Scope {
  contexts: { [name: string]: Json };
  functions?: FunctionDefinition[];
}

// The parser has already checked each expression against the contexts its place allows.
const contextNames = [
  "env",
  "github",
  "inputs",
  "job",
  "jobs",
  "matrix",
  "needs",
  "runner",
  "secrets",
  "steps",
  "strategy",
  "vars",
];

function evaluateExpression(expression: string, scope: Scope): ExpressionData {
  const functions = scope.functions ?? [];
  const tree = new Parser(readTokens(expression), contextNames, functions).parse();
  const contexts = new data.Dictionary();
  for (const name of contextNames) contexts.add(name, toData(scope.contexts[name] ?? null));
  return new Evaluator(
    tree,
    contexts,
    new Map(functions.map((each) => [each.name.toLowerCase(), each])),
  ).evaluate();
}

// GitHub's lexer (0.3.61) takes back only the first doubled quote of a text; its service takes back all.
function readTokens(expression: string) {
  const { tokens } = new Lexer(expression).lex();
  return tokens.map((token) =>
    typeof token.value === "string"
      ? { ...token, value: token.lexeme.slice(1, -1).replaceAll("''", "'") }
      : token,
  );
}

export function evaluateCondition(expression: string, scope: Scope): boolean {
  return isTruthy(evaluateExpression(expression, scope));
}

/** The value of a token of a workflow file with every expression inside it evaluated. */
export function evaluateToken(token: TemplateToken, scope: Scope): Json {
  if (isBasicExpression(token)) return fromData(evaluateExpression(token.expression, scope));
  if (isSequence(token)) return [...token].map((item) => evaluateToken(item, scope));
  if (isMapping(token)) {
    return Object.fromEntries(
      [...token].map(({ key, value }) => [toText(evaluateToken(key, scope)), evaluateToken(value, scope)]),
    );
  }
  if (!isScalar(token)) throw new Error(`line ${token.line}: a ${token.typeName()} cannot be evaluated`);
  return literal(token);
}

/** Names and texts of a mapping such as `env`, `with` or `outputs`. */
export function evaluateTexts(token: TemplateToken | undefined, scope: Scope): Record<string, string> {
  if (!token) return {};
  const value = evaluateToken(token, scope);
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Error(`line ${token.line}: expected a mapping of names to texts`);
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toText(item)]));
}

/** As GitHub turns a value into text: null is empty, an object or a list is its kind. */
export function toText(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  return toData(value).coerceString();
}

function literal(token: TemplateToken): Json {
  const value = (token as { value?: string | number | boolean }).value;
  return value ?? null;
}

function toData(value: Json): ExpressionData {
  if (value === null) return new data.Null();
  if (typeof value === "string") return new data.StringData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(toData));
  return new data.Dictionary(...Object.entries(value).map(([key, item]) => ({ key, value: toData(item) })));
}

function fromData(value: ExpressionData): Json {
  return JSON.parse(JSON.stringify(value, data.replacer)) as Json;
}

function isTruthy(value: ExpressionData): boolean {
  const plain = fromData(value);
  return typeof plain === "object" ? plain !== null : Boolean(plain);
}
