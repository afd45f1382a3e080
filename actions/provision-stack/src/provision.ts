import { setOutput } from "@actions/core";
import { readParameters } from "../../cloudformation/plan-stacks.ts";
import type { PlannedStack } from "../../cloudformation/template.ts";
import { appendSummary } from "../../core/card.ts";
import { Failure } from "../../core/failure.ts";
import { toFailure } from "../../core/run.ts";
import { applyStack } from "./apply/apply-stack.ts";
import type { ProvisionContext } from "./context.ts";
import { skipExisting } from "./existing/find-existing.ts";
import type { ProvisionInputs } from "./inputs.ts";
import { newResult, type StackResult, timed } from "./result.ts";
import { chooseStacks, type StackSet } from "./set/choose-stacks.ts";
import { checkImports, readExports } from "./set/imports.ts";
import { resolveLookups, withoutLookups } from "./set/lookups.ts";
import { checkValues } from "./set/parameter-values.ts";
import { eachInOrder } from "./stack/each-in-order.ts";
import { describeStack, outputsOf } from "./stack/stack.ts";
import { provisionSummary } from "./summary.ts";

/** Runs the mode; outputs and summary show what was done, also when it fails. */
export async function provisionAndReport(context: ProvisionContext, inputs: ProvisionInputs): Promise<void> {
  const set = await readSet(context, inputs);
  if (set.leftOut.length > 0)
    context.log.info(`Not listed in ${inputs.parametersFile}, so not changed: ${set.leftOut.join(", ")}`);
  if (inputs.mode === "plan") await (await import("./plan/plan-stacks.ts")).planStacks(context, inputs, set);
  else await perform(context, inputs, set);
}

async function perform(context: ProvisionContext, inputs: ProvisionInputs, set: StackSet): Promise<void> {
  const results = new Map(set.stacks.map(({ template, stackName }) => [template.name, newResult(stackName)]));
  let failure: Failure | undefined;
  try {
    if (inputs.mode === "delete")
      await (await import("./delete/delete-stacks.ts")).deleteStacks(context, inputs, set, results);
    else await forEachStack(context, inputs, set, results);
  } catch (error) {
    failure = toFailure(error, context.signal);
    throw error;
  } finally {
    publishOutputs(context, results);
    // Reading outputs only prepares another step.
    if (inputs.mode !== "outputs" || failure)
      await appendSummary(provisionSummary(inputs.mode, [...results.values()], failure));
  }
}

async function forEachStack(
  context: ProvisionContext,
  inputs: ProvisionInputs,
  set: StackSet,
  results: ReadonlyMap<string, StackResult>,
): Promise<void> {
  const remaining = inputs.mode === "apply" ? await skip(context, inputs, set, results) : { set };
  if (inputs.mode === "apply") checkImports(remaining.set, await readExports(context));
  await eachInOrder(remaining.set.dependencies, async (name) => {
    const planned = set.stacks.find(({ template }) => template.name === name);
    const result = results.get(name);
    if (!planned || !result) throw new Error(`${name} is ordered, but not planned`);
    context.signal.throwIfAborted();
    await timed(context, result, async () => {
      if (inputs.mode === "apply")
        await applyStack(context, planned, result, {
          ...inputs,
          ...remaining,
          folder: set.folder,
        });
      else result.outcome = "read";
      result.outputs = await readOutputs(context, planned);
    });
  });
}

async function skip(
  context: ProvisionContext,
  { existing }: ProvisionInputs,
  set: StackSet,
  results: ReadonlyMap<string, StackResult>,
) {
  const remaining = await skipExisting(context, existing, set);
  for (const [name, reason] of remaining.skipped) {
    const result = results.get(name);
    if (result) result.outcome = "skipped";
    context.log.warning(`Stack ${result?.stackName} is skipped: ${reason}`);
  }
  return remaining;
}

function publishOutputs(context: ProvisionContext, results: ReadonlyMap<string, StackResult>): void {
  const outputs = Object.fromEntries([...results].map(([name, result]) => [name, result.outputs]));
  const { values, ambiguous } = flattenOutputs(Object.values(outputs));
  for (const name of ambiguous)
    context.log.warning(
      `Output ${name} has different values in several stacks; it is not in the output values.`,
    );
  setOutput("outputs", JSON.stringify(outputs));
  setOutput("values", JSON.stringify(values));
}

/**
 * Reads the stacks of inputs and profile, with their values where the mode needs them; nothing is changed.
 *
 * @internal
 */
export async function readSet(
  context: Pick<ProvisionContext, "clientConfig" | "signal">,
  inputs: ProvisionInputs,
): Promise<StackSet> {
  const { parametersFile = "parameters" } = inputs;
  const profile = readParameters(inputs.parametersFile);
  // Names come first: a mistake in one is reported even when nothing can be looked up.
  const set = chooseStacks(inputs, withoutLookups(profile));
  if (inputs.mode !== "apply" && inputs.mode !== "plan") return set;
  const values = await resolveLookups(context, profile, parametersFile);
  const complete = chooseStacks(inputs, values);
  checkValues(complete.stacks, values, parametersFile);
  return complete;
}

async function readOutputs(
  context: ProvisionContext,
  { stackName }: PlannedStack,
): Promise<{ [name: string]: string }> {
  const stack = await describeStack(context, stackName);
  if (stack && stack.StackStatus !== "REVIEW_IN_PROGRESS") return outputsOf(stack);
  throw new Failure(`Stack ${stackName} does not exist in this account and region`, {
    nextStep: "run this action with mode apply first, or check stack-prefix and region.",
  });
}

/** Returns all outputs in one object, and the names left out of it because they have different values. */
function flattenOutputs(stacks: readonly { readonly [name: string]: string }[]): {
  values: { [name: string]: string };
  ambiguous: string[];
} {
  const values = new Map<string, Set<string>>();
  for (const outputs of stacks)
    for (const [name, value] of Object.entries(outputs))
      values.set(name, (values.get(name) ?? new Set()).add(value));
  const entries = [...values].map(([name, found]) => [name, [...found]] as const);
  return {
    values: Object.fromEntries(
      entries.flatMap(([name, [value, ...others]]) =>
        others.length === 0 && value !== undefined ? [[name, value]] : [],
      ),
    ),
    ambiguous: entries.filter(([, found]) => found.length > 1).map(([name]) => name),
  };
}
