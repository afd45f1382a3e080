import { checkCredentialsLife, refuseExpired } from "../../delivery/verify/credentials-life.ts";
import { formatDuration } from "../../shared/duration.ts";
import { refuseFindings } from "../../shared/findings.ts";
import { computeBudget } from "./budget.ts";
import { checkOutcome } from "./check-outcome.ts";
import { executionUrl } from "./console.ts";
import type { FollowContext } from "./context.ts";
import { follow } from "./follow.ts";
import { followSuccessor } from "./follow-successor.ts";
import type { Following } from "./following.ts";
import type { FollowInputs } from "./inputs.ts";
import { keepHandle } from "./keep-handle.ts";
import { onCancelOrLostContact } from "./on-lost-contact.ts";
import { findPipeline, wantedSources } from "./pipeline.ts";
import type { PipelineRecord } from "./record.ts";
import { settleExecution } from "./settle-execution.ts";
import { watchDeployments } from "./watch-deployments.ts";

/** Finds the pipeline, settles the deadline, finds or starts the execution, follows it, and checks the outcome. */
export async function followPipeline(
  context: FollowContext,
  inputs: FollowInputs,
  record: PipelineRecord,
): Promise<void> {
  await refuseExpired(context);
  const declaration = await findPipeline(context, inputs.pipeline);
  const wanted = wantedSources(declaration, inputs.target);
  const budgetMs = inputs.deadlineMs ?? (await computeBudget(context, declaration)) + inputs.waitForStartMs;
  if (inputs.deadlineMs === undefined)
    context.log.info(
      `Deadline: ${formatDuration(budgetMs)}, from the waits that the pipeline's actions have.`,
    );
  record.findings.push(...(await checkCredentialsLife(context, budgetMs)));
  refuseFindings(record.findings, context.log);

  const following: Following = {
    context,
    inputs,
    record,
    wanted,
    deployments: watchDeployments(context, record, inputs.maxFailedTasks, () => keepHandle(following)),
    deadlineAt: context.clock.now() + budgetMs,
    budgetMs,
  };
  await settleExecution(following, declaration);
  record.executionUrl = await executionUrl(context, record);
  context.log.info(`Following execution ${record.executionId} of ${inputs.pipeline}: ${record.executionUrl}`);
  await checkOutcome(following, await followToEnd(following));
}

async function followToEnd(following: Following) {
  try {
    return await followSuccessor(following, await follow(following));
  } catch (error) {
    throw await onCancelOrLostContact(following, error);
  }
}
