import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import { findDataPositions } from "../../../shared/data-file.ts";
import { Failure } from "../../../shared/failure.ts";
import type { ProvisionContext } from "../context.ts";
import { firstFailure, reasonOfStack } from "../stack/events.ts";
import type { Followed } from "../stack/follow-stack.ts";
import { explainFailure, toFailedResource } from "./explain-failure.ts";

/**
 * Reports the first resource that failed on its own, why, and its line in the template; `state` describes the stack.
 */
export async function toFailure(
  context: ProvisionContext,
  planned: PlannedStack,
  { events, statusReason }: Followed,
  state: string,
): Promise<Failure> {
  const { stackName, template } = planned;
  const circumstances = { planned, region: await context.cloudformation.config.region() };
  const event = firstFailure(events);
  if (!event) {
    const reason = reasonOfStack(events) ?? statusReason ?? "no reason given";
    const stack = { reason, type: "", properties: {} };
    const { text, nextStep } = await explainFailure(context, stack, circumstances);
    return new Failure(`Stack ${stackName}: ${text} (${state})`, {
      nextStep,
      place: { file: template.file, line: undefined },
    });
  }
  const { LogicalResourceId: id = "", ResourceType } = event;
  const { text, nextStep } = await explainFailure(context, toFailedResource(event), circumstances);
  const line = findDataPositions(template.body).lineOf(["Resources", id]);
  return new Failure(
    `Stack ${stackName}: ${id} (${ResourceType}) failed: ${text} (${template.file}:${line}; ${state})`,
    { nextStep, place: { file: template.file, line } },
  );
}
