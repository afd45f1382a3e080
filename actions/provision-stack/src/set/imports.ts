import { type Export, paginateListExports } from "@aws-sdk/client-cloudformation";
import { exportsOf } from "../../../cloudformation/dependencies.ts";
import { evaluate, type Scope, scopeOf } from "../../../cloudformation/evaluate.ts";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { findDataPositions, type Keys } from "../../../core/data-file.ts";
import { Failure } from "../../../core/failure.ts";
import { isObject } from "../../../core/is-object.ts";
import { didYouMean } from "../../../core/nearest-name.ts";
import type { ProvisionContext } from "../context.ts";
import type { StackSet } from "./choose-stacks.ts";

interface Import {
  readonly name: string;
  /** 1-based line of the template. */
  readonly line: number | undefined;
}

/** Reads the exports in the account and region, by name. */
export async function readExports(context: ProvisionContext): Promise<Map<string, Export>> {
  const found = new Map<string, Export>();
  const pages = paginateListExports({ client: context.cloudformation }, {}, { abortSignal: context.signal });
  for await (const { Exports = [] } of pages) for (const each of Exports) found.set(each.Name ?? "", each);
  return found;
}

/**
 * Refuses imports that nothing would export by the time they are needed; CloudFormation would report them only after
 * other stacks had changed. Returns those that a chosen stack will export: template name → names that do not exist yet.
 */
export function checkImports(
  set: StackSet,
  exports: ReadonlyMap<string, Export>,
): ReadonlyMap<string, readonly string[]> {
  const awaited = new Map<string, string[]>();
  const problems: string[] = [];
  for (const stack of set.stacks)
    for (const needed of importsOf(stack)) {
      if (exports.has(needed.name)) continue;
      const owner = set.folder.find((other) => exportsOf(other).includes(needed.name));
      if (owner && set.stacks.includes(owner))
        awaited.set(stack.template.name, [...(awaited.get(stack.template.name) ?? []), needed.name]);
      else
        problems.push(missing(stack, needed, owner, [...exports.keys(), ...set.folder.flatMap(exportsOf)]));
    }
  if (problems.length > 0)
    throw new Failure(problems.join("; "), {
      nextStep: "apply the stacks that export these first, or correct the names; nothing was changed.",
    });
  return awaited;
}

function missing(
  { template }: PlannedStack,
  { name, line }: Import,
  owner: PlannedStack | undefined,
  known: readonly string[],
): string {
  const who = owner
    ? `which stack ${owner.stackName} (template ${owner.template.name}) would export; that stack does not exist and is not selected`
    : `which nothing exports${didYouMean(name, known)}`;
  return `${template.file}${line === undefined ? "" : `:${line}`} imports ${name}, ${who}`;
}

/**
 * Returns a stack's imports under its parameters; imports behind a condition that cannot be evaluated are left to
 * CloudFormation.
 */
function importsOf(stack: PlannedStack): Import[] {
  const { content, body } = stack.template;
  const scope = scopeOf(stack);
  const found = new Map<string, Keys>();
  const visit = (value: unknown, keys: Keys): void => {
    if (Array.isArray(value)) value.forEach((item, index) => void visit(item, [...keys, index]));
    if (!isObject(value)) return;
    const choice = value["Fn::If"];
    if (Array.isArray(choice)) {
      visit(choose(choice, scope), [...keys, "Fn::If"]);
      return;
    }
    const name = "Fn::ImportValue" in value ? evaluate(value["Fn::ImportValue"], scope) : undefined;
    if (typeof name === "string") found.set(name, keys);
    else for (const [key, inner] of Object.entries(value)) visit(inner, [...keys, key]);
  };
  for (const section of ["Resources", "Outputs"])
    for (const [id, entry] of Object.entries(isObject(content[section]) ? content[section] : {}))
      if (isObject(entry) && mayBe(entry.Condition, scope)) visit(entry, [section, id]);
  const positions = found.size > 0 ? findDataPositions(body) : undefined;
  return [...found].map(([name, keys]) => ({ name, line: positions?.lineOf(keys) }));
}

function choose([condition, whenTrue, whenFalse]: readonly unknown[], scope: Scope): unknown {
  const holds = decide(String(condition), scope);
  return holds === undefined ? undefined : holds ? whenTrue : whenFalse;
}

function mayBe(condition: unknown, scope: Scope): boolean {
  return condition === undefined || decide(String(condition), scope) === true;
}

/** Returns undefined where only CloudFormation can decide. */
function decide(condition: string, scope: Scope): boolean | undefined {
  try {
    return scope.isTrue(condition);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
