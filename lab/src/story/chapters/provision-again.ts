import type { Rehearsal } from "../rehearsal.ts";
import { edit } from "./edit.ts";
import { expectGreen } from "./expectations.ts";

/** Gives a template, which had none, these parameters, and provisions its stack anew. */
export async function provisionAgain(
  rehearsal: Rehearsal,
  template: string,
  parameters: Readonly<Record<string, string | number>>,
): Promise<void> {
  const { repository } = rehearsal;
  const none = new RegExp(`"${template}": \\{\\}`);
  const given = `"${template}": ${JSON.stringify(parameters)}`;
  await edit(repository, "infra-templates/parameters/standard.json", none, given);
  await repository.commit(`Give ${template} parameters`);
  expectGreen(await rehearsal.pushAndFollow());
  expectGreen(await rehearsal.runWorkflow("provision.yml", { stacks: template }));
}
