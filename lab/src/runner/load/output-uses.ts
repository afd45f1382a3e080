import type { BasicExpressionToken } from "@actions/workflow-parser/templates/tokens/index";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { isBasicExpression, isMapping, isSequence, Lexer } from "../expressions/functions.ts";
import { placeOf } from "./tokens.ts";
import type { OutputUse, Step } from "./workflow.ts";

interface Use extends OutputUse {
  /** In lower case; undefined for any step. */
  id: string | undefined;
}

/**
 * Sets `outputUses` of each step: the expressions of later steps, and those after the last one.
 * @param results expressions after the last step, such as the outputs of the job
 * @param path name of the file, for messages
 */
export function noteOutputUses(
  steps: readonly Step[],
  results: readonly (TemplateToken | undefined)[],
  path: string,
): void {
  let later = results.flatMap((token) => usesIn(token, path));
  for (const step of steps.toReversed()) {
    const id = step.id.toLowerCase();
    step.outputUses = later.filter((use) => use.id === undefined || use.id === id);
    later = [...tokensOf(step).flatMap((token) => usesIn(token, path)), ...later];
  }
}

function tokensOf(step: Step): (TemplateToken | undefined)[] {
  const { name, condition, env, continueOnError, timeoutMinutes } = step;
  const own = step.kind === "script" ? [step.script, step.shell, step.workingDirectory] : [step.with];
  return [name, condition, env, continueOnError, timeoutMinutes, ...own];
}

function usesIn(token: TemplateToken | undefined, path: string): Use[] {
  return [...expressionsIn(token)].flatMap((each) =>
    readUses(each.expression).map((use) => ({ ...use, place: placeOf(each, path) })),
  );
}

function* expressionsIn(token: TemplateToken | undefined): Generator<BasicExpressionToken> {
  if (!token) return;
  if (isBasicExpression(token)) yield* token.originalExpressions ?? [token];
  if (isSequence(token)) for (const item of token) yield* expressionsIn(item);
  if (isMapping(token))
    for (const { key, value } of token) {
      yield* expressionsIn(key);
      yield* expressionsIn(value);
    }
}

/** Reads `steps.ID.outputs.NAME`, also with `[…]` and `*`, and contexts that include it: `steps`, `steps.ID`. */
function readUses(expression: string): Omit<Use, "place">[] {
  const { tokens } = new Lexer(expression).lex();
  return tokens.flatMap(({ lexeme }, index) => {
    if (lexeme.toLowerCase() !== "steps" || tokens[index - 1]?.lexeme === ".") return [];
    const id = readMember(tokens, index + 1);
    const part = readMember(tokens, id.end);
    const output = readMember(tokens, part.end);
    const isOther = part.name !== undefined && part.name !== "outputs";
    return isOther ? [] : [{ id: id.name, output: output.name }];
  });
}

/** Reads `.name` or `['name']`. The name is undefined for `*`, for a computed name, and without any. */
function readMember(tokens: ReturnType<InstanceType<typeof Lexer>["lex"]>["tokens"], index: number) {
  const [first, second, third] = [0, 1, 2].map((offset) => tokens[index + offset]);
  if (first?.lexeme === "." && second) {
    const name = second.lexeme === "*" ? undefined : second.lexeme.toLowerCase();
    return { name, end: index + 2 };
  }
  if (first?.lexeme === "[" && third?.lexeme === "]") {
    const name = typeof second?.value === "string" ? second.value.toLowerCase() : undefined;
    return { name, end: index + 3 };
  }
  // A computed name ends the reading: what follows it may be of any step.
  return { name: undefined, end: tokens.length };
}
