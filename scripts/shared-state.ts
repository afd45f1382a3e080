import ts from "typescript";
import { checkFiles, filesOf } from "./plain-words.ts";

/** Allowed names, by file. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  // Vitest runs the set-up file before each test file.
  "scripts/tests/share-worker.ts": ["afterAll", "vi"],
  // Their values depend on the key alone.
  "simulator/src/runtime/tasks/images.support.ts": ["describedLayers"],
  "simulator/src/runtime/tasks/in-process-runtime.support.ts": ["programs"],
  // Its ports are the process's.
  "simulator/src/test-simulator.support.ts": ["claimed"],
};

/** Collections that only make sense when they are filled later. */
const empty = /^(\[\s*\]|\{\s*\}|new (Array|Map|Set|WeakMap|WeakSet)\b(<.*>)?(\(\s*\))?)( as .*)?$/s;
const mutator = /\.(add|assign|clear|copyWithin|delete|fill|pop|push|reverse|set|shift|sort|splice|unshift)$/;

/**
 * Returns a line for each part of a helper that works for the first test file of a process only, because the test files
 * of a process share its modules: what happens when the module is loaded, and variables that the next file finds
 * changed. Uses of vitest are found in every module; the rest in each `.support.ts` with exports, as one without them
 * is a program.
 *
 * Not found: state in closures, in classes and in results of calls; changes by another module; and hooks of functions
 * that a module calls when it is loaded, unless their name begins with `use`.
 */
export function sharedState(file: string, source: string): string[] {
  const code = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const isSupport = file.endsWith(".support.ts") && /^export\b/m.test(source);
  const ofVitest = code.statements.filter(ts.isImportDeclaration).flatMap(namesOfVitest);
  const constants = new Set<string>();
  const found = new Set<string>();
  const report = (node: ts.Node, name: string, fault: string) => {
    const { line } = code.getLineAndCharacterOfPosition(node.getStart());
    if (!allowed[file]?.includes(name))
      found.add(`${file}:${line + 1}: ${name} ${fault}: write a function that each test file calls`);
  };
  for (const { declarationList } of isSupport ? code.statements.filter(ts.isVariableStatement) : [])
    for (const { name, initializer } of declarationList.declarations) {
      const isConstant =
        declarationList.flags & ts.NodeFlags.Const && !empty.test(initializer?.getText() ?? "");
      if (isConstant) constants.add(name.getText());
      else report(name, name.getText(), "is state of the module");
    }
  const visit = (node: ts.Node, isLoading: boolean): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (isLoading && ts.isIdentifier(node) && ofVitest.includes(node.text))
      report(node, node.text, "is used when the module is loaded");
    const isUse = ts.isCallExpression(node) && /^use[A-Z]/.test(node.expression.getText());
    if (isLoading && isSupport && (isUse || ts.isExpressionStatement(node)))
      report(node, node.getText().split("\n", 1).join(), "happens when the module is loaded");
    const changed = changes(node) && /^(?:delete |Object\.assign\()?(\w+)/.exec(node.getText())?.[1];
    if (changed && constants.has(changed)) report(node, changed, "is changed");
    ts.forEachChild(node, (child) => visit(child, isLoading && !ts.isFunctionLike(node)));
  };
  visit(code, true);
  return [...found];
}

/** Returns the names that an import gives to parts of vitest. */
function namesOfVitest({ moduleSpecifier, importClause }: ts.ImportDeclaration): string[] {
  if (!/^.vitest.$/.test(moduleSpecifier.getText())) return [];
  return (importClause?.getText() ?? "").split(/[{},]/).map((part) => part.trim().split(/\s/).at(-1) ?? "");
}

/** Returns whether a node changes members of a variable. */
function changes(node: ts.Node): boolean {
  if (ts.isDeleteExpression(node) || ts.isPostfixUnaryExpression(node)) return true;
  if (ts.isCallExpression(node)) return mutator.test(node.expression.getText());
  // The other operators that end in "=" compare.
  return ts.isBinaryExpression(node) && /[^=!<>]=$|^=$|<<=|>>=/.test(node.operatorToken.getText());
}

if (import.meta.main)
  checkFiles(filesOf("*.ts", "*.mjs"), (file, source) =>
    file.endsWith(".test.ts") ? [] : sharedState(file, source),
  );
