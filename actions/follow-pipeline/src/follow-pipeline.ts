import { areCredentialsExpired, explainAwsError } from "../../core/aws-errors.ts";
import { pipelinePage } from "../../core/console.ts";
import { formatDuration } from "../../core/duration.ts";
import { Failure } from "../../core/failure.ts";
import { refuseFindings } from "../../core/findings.ts";
import { checkCredentialsLife, refuseExpired } from "../../delivery/verify/credentials-life.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import { computeBudget } from "./budget.ts";
import { checkOutcome } from "./check-outcome.ts";
import type { FollowContext } from "./context.ts";
import { hasRevisions, listExecutions, settleExecution, startWaitMs, supersederOf } from "./executions.ts";
import { type Ending, type Following, follow, handleOf, keepHandle } from "./follow.ts";
import type { FollowInputs } from "./inputs.ts";
import { findPipeline, wantedSources } from "./pipeline.ts";
import type { PipelineRecord } from "./record.ts";
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
  const budgetMs = (await computeBudget(context, declaration)) + startWaitMs;
  context.log.info(`Deadline: ${formatDuration(budgetMs)}, from the waits that the pipeline's actions have.`);
  record.findings.push(...(await checkCredentialsLife(context, budgetMs)));
  refuseFindings(record.findings, context.log);

  const following: Following = {
    context,
    inputs,
    record,
    wanted,
    deployments: watchDeployments(context, record, inputs, () => keepHandle(following)),
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

/**
 * Follows the successor. A change of two sources starts a pipeline twice, and the second execution supersedes the first
 * with the same revisions, so the wanted revisions are in that one.
 */
async function followSuccessor(following: Following, ending: Ending): Promise<Ending> {
  const { context, inputs, record, wanted } = following;
  if (ending.snapshot.status !== "Superseded" || wanted.length === 0) return ending;
  const history = await listExecutions(context, inputs.pipeline);
  const successor = supersederOf(history, record.executionId);
  if (!successor || !hasRevisions(successor, wanted)) return ending;
  const note = `Execution ${record.executionId} was superseded by ${successor.id}, which has the same revisions. This step follows it instead.`;
  record.notes.push(note);
  context.log.info(note);
  record.executionId = successor.id;
  record.executionUrl = await executionUrl(context, record);
  return followSuccessor(following, await follow(following));
}

/**
 * Handles a cancelled job, or an execution that can no longer be followed: applies on-cancel, and reports the known
 * state.
 */
async function onCancelOrLostContact(following: Following, error: unknown): Promise<Error> {
  const { context, inputs, record } = following;
  if (error instanceof Failure && !context.signal.aborted) return error;
  const cancelled = context.signal.aborted;
  record.status = cancelled ? "cancelled" : "lost";
  const explained = explainAwsError(error);
  const why = cancelled
    ? (context.signal.reason as Error).message
    : (explained?.message ?? (error as Error).message);
  const reason = why.replace(/\.$/, "");
  const fate = await applyOnCancel(context, inputs.onCancel, handleOf(following), reason);
  const name = `execution ${record.executionId} of ${inputs.pipeline}`;
  if (cancelled)
    return new Failure(`${reason}; ${name} ${fate}`, {
      nextStep: "nothing, if this was intended; to follow it again, run this job again.",
    });
  return new Failure(`${reason}, so ${name} could not be followed to its end; it ${fate}`, {
    nextStep: areCredentialsExpired(error)
      ? `open ${record.executionUrl}; then use credentials that last longer than the execution (role-duration-seconds of aws-actions/configure-aws-credentials, fresh course keys).`
      : `open ${record.executionUrl}; then ${explained?.nextStep ?? "run this job again."}`,
    cause: error,
  });
}

/** Returns the execution's page in the AWS console. */
async function executionUrl(
  { clients }: FollowContext,
  { pipeline, executionId }: PipelineRecord,
): Promise<string> {
  return pipelinePage(await clients.codepipeline.config.region(), pipeline, executionId);
}
