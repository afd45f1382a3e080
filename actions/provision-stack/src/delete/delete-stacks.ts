import { UpdateTerminationProtectionCommand } from "@aws-sdk/client-cloudformation";
import { rowOf } from "../../../cloudformation/types/table.ts";
import { refuseFindings } from "../../../core/findings.ts";
import type { Log } from "../../../core/log.ts";
import type { ProvisionContext } from "../context.ts";
import type { ProvisionInputs } from "../inputs.ts";
import { type StackResult, timed } from "../result.ts";
import type { StackSet } from "../set/choose-stacks.ts";
import { eachInOrder, reversed } from "../stack/each-in-order.ts";
import { describeStack } from "../stack/stack.ts";
import { isRetained, readContents, type StackContents } from "./contents.ts";
import { inspectAll } from "./inspect/inspect.ts";
import type { Emptying } from "./inspect/inspected.ts";
import { removeStack } from "./remove-stack.ts";

/** Deletes the stacks, dependent ones first; blocking resources are reported before anything is deleted. */
export async function deleteStacks(
  context: ProvisionContext,
  inputs: ProvisionInputs,
  set: StackSet,
  results: ReadonlyMap<string, StackResult>,
): Promise<void> {
  const contents = await readAll(context, set, results);
  const { findings, emptyings } = await inspectAll(context, [...contents.values()]);
  const { true: allowed = [], false: others = [] } = Object.groupBy(
    emptyings,
    ({ unprotects }) => `${unprotects ? inputs.unprotect.includes(unprotects) : inputs.force}` as const,
  );
  const blocking = others.map(({ text, fix = "empty it, or use `force: true`" }) => ({ text, fix }));
  refuseFindings([...findings, ...blocking], toLog(context));
  const remove = async (name: string) => {
    const stack = contents.get(name);
    if (!stack) return;
    context.signal.throwIfAborted();
    const { stackName } = stack;
    await timed(context, result(results, name), async () => {
      await empty(
        context,
        allowed.filter((emptying) => emptying.stackName === stackName),
      );
      await liftProtection(context, stack);
      result(results, name).events = await removeStack(context, toRemove(stack));
      result(results, name).outcome = "deleted";
      result(results, name).kept = await keptBy(context, stack);
    });
    for (const text of result(results, name).kept) context.log.info(`${stackName}: ${text}`);
  };
  // Nobody should pay for the others because this role may not delete one, such as its own.
  await eachInOrder(reversed(set.dependencies), remove, { continues: true });
  await logLeftOut(context, set);
}

async function readAll(
  context: ProvisionContext,
  set: StackSet,
  results: ReadonlyMap<string, StackResult>,
): Promise<Map<string, StackContents>> {
  const found = new Map<string, StackContents>();
  await Promise.all(
    set.stacks.map(async (planned) => {
      const contents = await readContents(context, planned);
      if (contents) found.set(planned.template.name, contents);
      else {
        context.log.info(`${planned.stackName}: does not exist.`);
        result(results, planned.template.name).outcome = "absent";
      }
    }),
  );
  return found;
}

function result(results: ReadonlyMap<string, StackResult>, name: string): StackResult {
  const found = results.get(name);
  if (!found) throw new Error(`${name} is ordered, but not planned`);
  return found;
}

function toLog({ log }: ProvisionContext): Log {
  const info = (line: string) => log.info(line);
  return { info, notice: info, warning: (line) => log.warning(line) };
}

function toRemove({ stack, stackName, resources }: StackContents) {
  return {
    stackName,
    stackId: stack.StackId ?? stackName,
    resources: new Set(resources.map(({ logicalId }) => logicalId)),
  };
}

/** Applying sets the protection, so that only a role that may remove it can delete the stack. */
async function liftProtection(context: ProvisionContext, { stack, stackName }: StackContents): Promise<void> {
  if (!stack.EnableTerminationProtection) return;
  const input = { StackName: stack.StackId ?? stackName, EnableTerminationProtection: false };
  await context.cloudformation.send(new UpdateTerminationProtectionCommand(input));
}

async function empty(context: ProvisionContext, emptyings: readonly Emptying[]): Promise<void> {
  for (const { text, unprotects, run } of emptyings) {
    context.log.info(`${text}: ${unprotects ? "turning that off (unprotect)" : "removing (force)"}`);
    await run();
  }
}

/** A profile that lists fewer templates than an earlier one leaves stacks behind. */
async function logLeftOut(context: ProvisionContext, { folder, leftOut }: StackSet): Promise<void> {
  for (const { template, stackName } of folder) {
    if (!leftOut.includes(template.name) || !(await describeStack(context, stackName))) continue;
    context.log.warning(`Stack ${stackName} is kept: the parameters file does not list its template.`);
  }
}

/** Returns a sentence per resource that outlives its deleted stack. */
async function keptBy(context: ProvisionContext, { resources }: StackContents): Promise<string[]> {
  const kept: string[] = [];
  for (const held of resources) {
    const { logicalId, physicalId, type, deletionPolicy } = held;
    const what = `${logicalId} (${type}, ${physicalId})`;
    if (isRetained(held)) kept.push(`${what} is kept and continues to cost money.`);
    if (deletionPolicy !== "Snapshot") continue;
    const { lastSnapshotOf } = await import("./inspect/protection.ts");
    const snapshot = rowOf(type)?.inspect === "databases" && (await lastSnapshotOf(context, physicalId));
    const command = snapshot ? `: \`aws rds delete-db-snapshot --db-snapshot-identifier ${snapshot}\`` : ".";
    kept.push(`A last snapshot of ${what} is kept, and costs money until it is deleted${command}`);
  }
  return kept;
}
