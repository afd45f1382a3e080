import { globSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import ts from "typescript";

/** A message that an action can end with or warn of. Values that are known only in a run are `‹name›`. */
export interface Message {
  /** Name of the action, or undefined for code that several actions use. */
  readonly action: string | undefined;
  readonly text: string;
  readonly fix: string | undefined;
}

/** Keys of object literals that hold a message, and the keys that hold its fix. */
const textKeys = ["text", "say", "message"];
const fixKeys = ["fix", "nextStep"];

/** Returns the messages of all actions, without duplicates: failures, and findings with a fix. */
export function readMessages(root: string): Message[] {
  const actions = join(root, "actions");
  const files = globSync("**/*.ts", {
    cwd: actions,
    exclude: (path) => /(^|[\\/])dist$|\.(test|support)\.ts$|[\\/]support$/.test(path),
  });
  const found = files.sort().flatMap((file) => {
    const [folder = "", next] = relative(".", file).split(sep);
    const action = next === "src" ? folder : undefined;
    return messagesOf(readFileSync(join(actions, file), "utf8")).map((message) => ({ action, ...message }));
  });
  const unique = new Map(found.map((message) => [JSON.stringify(message), message]));
  return [...unique.values()];
}

/** Returns the messages in one TypeScript source, in the order in which it has them. */
export function messagesOf(source: string): Omit<Message, "action">[] {
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.Latest, true);
  const found: Omit<Message, "action">[] = [];
  const add = (text: ts.Expression | undefined, fix: ts.Expression | undefined) => {
    for (const one of text ? textsOf(text) : []) {
      const [, afterWord = ""] = one.replace(/‹[^‹›]*›/g, "").split(/\p{L}{2}(.*)/su, 2);
      if (afterWord.includes(" ")) found.push({ text: one, fix: fix && textsOf(fix).join(" Or: ") });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === "Failure") {
      const [text, options] = node.arguments ?? [];
      add(text, options && initializerOf(options, fixKeys));
    } else if (ts.isObjectLiteralExpression(node) && initializerOf(node, fixKeys))
      add(initializerOf(node, textKeys), initializerOf(node, fixKeys));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function initializerOf(node: ts.Expression, keys: readonly string[]): ts.Expression | undefined {
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  for (const property of node.properties)
    if (ts.isPropertyAssignment(property) && keys.includes(property.name.getText()))
      return property.initializer;
  return undefined;
}

/** Returns every text that an expression can have, without those that it takes from elsewhere. */
function textsOf(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isArrowFunction(node) && ts.isExpression(node.body)) return textsOf(node.body);
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isTemplateExpression(node))
    return [
      node.head.text +
        node.templateSpans
          .map(({ expression, literal }) => `‹${nameOf(expression)}›${literal.text}`)
          .join(""),
    ];
  return [];
}

/** Names a value after the last identifier of its expression: `service.name` is a name. */
function nameOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return words(node.text);
  if (ts.isPropertyAccessExpression(node)) return words(node.name.text);
  if (ts.isBinaryExpression(node)) return nameOf(node.left);
  if (ts.isElementAccessExpression(node) || ts.isNonNullExpression(node)) return nameOf(node.expression);
  return "…";
}

const words = (name: string) => name.replace(/(?<=\p{Ll})(?=\p{Lu})/gu, " ").toLowerCase();

/** Returns docs/messages.md: every message with its fix, by action. */
export function messagesMarkdown(messages: readonly Message[]): string {
  const actions = [...new Set(messages.map(({ action }) => action))].sort((a, b) =>
    (a ?? "~").localeCompare(b ?? "~"),
  );
  const sections = actions.map((action) => {
    const own = messages.filter((message) => message.action === action);
    const sorted = own.sort((a, b) => a.text.localeCompare(b.text, "en"));
    return `## ${action ?? "Several actions"}\n\n${sorted.map(entry).join("\n")}\n`;
  });
  return `# Messages

Every error and warning of the actions, with its fix. Search for a part of the message in your log. Values that differ
from run to run are in ‹ ›. \`npm run docs\` generates this page from the code.

${sections.join("\n")}`;
}

function entry({ text, fix }: Message): string {
  return `- ${escapeMarkdown(text)}${fix ? `\n  - **Fix:** ${escapeMarkdown(fix)}` : ""}`;
}

const escapeMarkdown = (text: string) => text.replace(/\s+/g, " ").replace(/[\\`*_<>[\]|{}#]/g, "\\$&");
