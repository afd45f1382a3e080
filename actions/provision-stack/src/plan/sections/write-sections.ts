import { Failure } from "../../../../shared/failure.ts";
import { escapeText } from "../../../../shared/summary.ts";
import { onlyDeletable } from "../../apply/recover-stack.ts";
import type { ProvisionContext } from "../../context.ts";
import type { StackSet } from "../../set/choose-stacks.ts";
import { readDeployed } from "../../stack/deployed-stack.ts";
import { describeStack } from "../../stack/stack.ts";
import { architectureSection } from "./architecture.ts";
import { costSection } from "./cost.ts";
import type { BeforeAndAfter, PlanSection } from "./section.ts";

const sections: readonly PlanSection[] = [costSection, architectureSection];

/** Writes the summary's further sections. One that fails says why: that is no reason to hide the plan. */
export async function writeSections(context: ProvisionContext, set: StackSet): Promise<string[]> {
  const stacks = await readBoth(context, set).catch(asFailure);
  return sections.map(({ title, write }) => {
    try {
      if (stacks instanceof Failure) throw stacks;
      return write(stacks);
    } catch (error) {
      return `### ${title}\n\nNot available: ${escapeText(asFailure(error).message)}.`;
    }
  });
}

async function readBoth(context: ProvisionContext, set: StackSet): Promise<BeforeAndAfter> {
  const ofProfile = set.folder.filter(({ template }) => !set.leftOut.includes(template.name));
  const pairs = await Promise.all(
    ofProfile.map(async (planned) => {
      const stack = await describeStack(context, planned.stackName);
      const holds = stack && !onlyDeletable.includes(stack.StackStatus ?? "");
      const before = holds ? await readDeployed(context, stack, planned) : undefined;
      return {
        before,
        after: set.stacks.some(({ stackName }) => stackName === planned.stackName) ? planned : before,
      };
    }),
  );
  return {
    before: pairs.flatMap(({ before }) => before ?? []),
    after: pairs.flatMap(({ after }) => after ?? []),
    region: await context.cloudformation.config.region(),
  };
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}
