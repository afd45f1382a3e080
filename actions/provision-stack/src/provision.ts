import * as core from "@actions/core";
import type { PlannedStack } from "../../shared/cloudformation/dependencies.ts";
import { appendSummary } from "../../shared/summary.ts";
import { applyStack } from "./apply/apply-stack.ts";
import { deleteStack } from "./delete/delete-stack.ts";
import type { ProvisionInputs } from "./inputs.ts";
import type { StackResult } from "./result.ts";
import type { StackSet } from "./set/choose-stacks.ts";
import { checkImports, readExports } from "./set/imports.ts";
import { readSet } from "./set/read-set.ts";
import { eachInOrder, reversed } from "./stack/each-in-order.ts";
import { flattenOutputs, readOutputs } from "./stack/outputs.ts";
import { provisionSummary } from "./summary.ts";
import type { World } from "./world.ts";

/** Does what the mode says; outputs and summary tell what was done, also when it fails. */
export async function provisionAndReport(world: World, inputs: ProvisionInputs): Promise<void> {
  try {
    const set = await readSet(world, inputs);
    if (set.leftOut.length > 0)
      world.log.info(`Not named in ${inputs.parametersFile}, so left alone: ${set.leftOut.join(", ")}`);
    if (inputs.mode === "plan") await (await import("./plan/plan-stacks.ts")).planStacks(world, inputs, set);
    else await perform(world, inputs, set);
  } finally {
    await world.templates.clear();
  }
}

async function perform(world: World, inputs: ProvisionInputs, set: StackSet): Promise<void> {
  const results = new Map(set.stacks.map(({ template, stackName }) => [template.name, newResult(stackName)]));
  try {
    if (inputs.mode === "apply") checkImports(set, await readExports(world));
    await forEachStack(world, inputs, set, results);
  } finally {
    await publish(world, inputs, results);
  }
}

async function forEachStack(
  world: World,
  inputs: ProvisionInputs,
  set: StackSet,
  results: ReadonlyMap<string, StackResult>,
): Promise<void> {
  const deadlineAt = world.clock.now() + inputs.deadlineMs;
  const order = inputs.mode === "delete" ? reversed(set.dependencies) : set.dependencies;
  await eachInOrder(order, async (name) => {
    const planned = set.stacks.find(({ template }) => template.name === name);
    const result = results.get(name);
    if (!planned || !result) throw new Error(`${name} is ordered, but not planned`);
    world.signal.throwIfAborted();
    const startedAt = world.clock.now();
    try {
      await doOne(world, inputs, planned, result, deadlineAt);
    } catch (error) {
      result.outcome = "failed";
      throw error;
    } finally {
      result.durationMs = world.clock.now() - startedAt;
    }
  });
}

async function doOne(
  world: World,
  inputs: ProvisionInputs,
  planned: PlannedStack,
  result: StackResult,
  deadlineAt: number,
): Promise<void> {
  if (inputs.mode === "delete") return deleteStack(world, planned, result, deadlineAt);
  if (inputs.mode === "apply") await applyStack(world, planned, result, { ...inputs, deadlineAt });
  else result.outcome = "read";
  result.outputs = await readOutputs(world, planned);
}

function newResult(stackName: string): StackResult {
  return { stackName, outcome: "waiting", durationMs: 0, events: [], outputs: {} };
}

async function publish(
  world: World,
  inputs: ProvisionInputs,
  results: ReadonlyMap<string, StackResult>,
): Promise<void> {
  const outputs = Object.fromEntries([...results].map(([name, result]) => [name, result.outputs]));
  const { values, ambiguous } = flattenOutputs(Object.values(outputs));
  for (const name of ambiguous)
    world.log.warning(`Output ${name} has different values in several stacks; it is left out of values.`);
  core.setOutput("outputs", JSON.stringify(outputs));
  core.setOutput("values", JSON.stringify(values));
  await appendSummary(provisionSummary(inputs.mode, [...results.values()]));
}
