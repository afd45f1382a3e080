import { giveParameters } from "../change.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { expectGreen } from "./expectations.ts";

/** Adds these parameters to a template, and provisions its stack again. */
export async function provisionAgain(
  rehearsal: Rehearsal,
  template: string,
  parameters: Readonly<Record<string, string | number>>,
): Promise<void> {
  expectGreen(
    await rehearsal.pushAndFollow({ change: giveParameters(rehearsal.account, template, parameters) }),
  );
  expectGreen(await rehearsal.runWorkflow("provision.yml", { profile: rehearsal.account, stacks: template }));
}
