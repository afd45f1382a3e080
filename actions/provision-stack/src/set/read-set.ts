import { readParameters } from "../../../shared/cloudformation/plan-stacks.ts";
import type { ProvisionContext } from "../context.ts";
import type { ProvisionInputs } from "../inputs.ts";
import { isTooLarge } from "../stack/template-store.ts";
import { chooseStacks, type StackSet } from "./choose-stacks.ts";
import { resolveLookups, withoutLookups } from "./lookups.ts";
import { checkValues } from "./parameter-values.ts";

/** Reads the stacks of inputs and profile, with their values where the mode needs them; nothing is changed. */
export async function readSet(
  context: Pick<ProvisionContext, "clientConfig" | "signal" | "templates">,
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
  for (const { template } of complete.stacks)
    if (isTooLarge(template)) await context.templates.sourceOf(template);
  return complete;
}
