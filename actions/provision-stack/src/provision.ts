import * as core from "@actions/core";
import type { PlannedStack } from "../../shared/cloudformation/dependencies.ts";
import { appendSummary } from "../../shared/summary.ts";
import { applyStack } from "./apply-stack.ts";
import { deleteStack } from "./delete-stack.ts";
import { eachInOrder, reversed } from "./each-in-order.ts";
import type { ProvisionInputs } from "./inputs.ts";
import { flattenOutputs, readOutputs } from "./outputs.ts";
import { makePlan, type Plan } from "./plan.ts";
import type { StackResult } from "./result.ts";
import { provisionSummary } from "./summary.ts";
import type { World } from "./world.ts";

/** Does what the mode says; outputs and summary tell what was done, also when it fails. */
export async function provisionAndReport(world: World, inputs: ProvisionInputs): Promise<void> {
  const plan = makePlan(inputs);
  const results = new Map(
    plan.stacks.map(({ template, stackName }) => [template.name, newResult(stackName)]),
  );
  try {
    await provision(world, inputs, plan, results);
  } finally {
    await publish(world, inputs, results);
  }
}

async function provision(
  world: World,
  inputs: ProvisionInputs,
  plan: Plan,
  results: ReadonlyMap<string, StackResult>,
): Promise<void> {
  const deadlineAt = world.clock.now() + inputs.deadlineMs;
  const order = inputs.mode === "delete" ? reversed(plan.dependencies) : plan.dependencies;
  await eachInOrder(order, async (name) => {
    const planned = plan.stacks.find(({ template }) => template.name === name);
    const result = results.get(name);
    if (!planned || !result) throw new Error(`${name} is ordered, but not planned`);
    world.signal.throwIfAborted();
    const startedAt = world.clock.now();
    try {
      await doOne(world, inputs.mode, planned, result, deadlineAt);
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
  mode: ProvisionInputs["mode"],
  planned: PlannedStack,
  result: StackResult,
  deadlineAt: number,
): Promise<void> {
  if (mode === "delete") return deleteStack(world, planned, result, deadlineAt);
  if (mode === "apply") await applyStack(world, planned, result, deadlineAt);
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
