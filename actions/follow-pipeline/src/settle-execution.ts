import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { findExecution } from "./find-execution.ts";
import type { Following } from "./following.ts";
import { keepHandle } from "./keep-handle.ts";
import { notStarted } from "./not-started.ts";
import { startExecution } from "./start-execution.ts";

/** Records the id of the execution to follow: the given one, the one found, or one that is started now. */
export async function settleExecution(following: Following, declaration: PipelineDeclaration): Promise<void> {
  const { context, inputs, record, wanted, deadlineAt } = following;
  const { target, start, pipeline, waitForStartMs } = inputs;
  if ("executionId" in target) {
    record.executionId = target.executionId;
    return;
  }
  if (start !== "always") {
    const { execution, history } = await findExecution(context, {
      pipeline,
      wanted,
      waitForStartMs,
      deadlineAt,
    });
    if (execution) {
      record.executionId = execution.id;
      keepHandle(following);
      const { type, detail } = execution.trigger;
      context.log.info(`Found execution ${execution.id} (${[type, detail].filter(Boolean).join(" ")}).`);
      return;
    }
    const silence = notStarted({ pipeline, wanted, waitedMs: waitForStartMs, history });
    if (start === "never") {
      record.status = "not-started";
      throw silence;
    }
    record.notes.push(`${silence.message}; this step started it.`);
    context.log.warning(`${silence.message}. Starting it.`);
  }
  record.executionId = await startExecution(context, declaration, wanted);
  record.started = true;
  keepHandle(following);
  context.log.info(`Started execution ${record.executionId}.`);
}
