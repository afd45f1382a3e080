import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { isAccessDenied, isThrottled } from "../../core/aws-errors.ts";
import type { EcsContext } from "../../ecs/context.ts";
import { deliveryMs, type LogStream, linesOf, logStreamOf, readLines } from "../../ecs/log-tail.ts";

/** A container's log, shown in the job's log as it grows; `tail` has its last lines as `readLogTail` returns them. */
export type TaskLog = ReturnType<typeof createTaskLog>;

export function createTaskLog(
  context: EcsContext,
  container: ContainerDefinition | undefined,
  taskId: string,
) {
  const tail: string[] = [];
  const stream = logStreamOf(container, taskId);
  if (!stream)
    context.log.notice(
      `The log of container ${container?.name} is not shown: that needs the log driver awslogs with a stream prefix.`,
    );
  let read = stream && createReader(context, stream);
  /** Shows what is new; returns true when there was something. A log that cannot be read never fails the run. */
  async function show(): Promise<boolean> {
    try {
      const lines = (await read?.()) ?? [];
      for (const line of lines) context.log.info(`              │ ${line}`);
      const words = linesOf(lines.map((message) => ({ message })));
      tail.splice(0, tail.length, ...[...tail, ...words].slice(-readLines));
      return lines.length > 0;
    } catch (error) {
      if (context.signal.aborted) throw error;
      if (isThrottled(error)) return false;
      context.log.warning(explain(error as Error, stream as LogStream));
      read = undefined;
      return false;
    }
  }
  /** Shows the last lines of a container that has ended, after some time for them to arrive. */
  async function showRest(): Promise<void> {
    if (!read) return;
    await context.clock.wait(deliveryMs, context.signal);
    await show();
  }
  return { show, showRest, tail };
}

/**
 * Continues from the end of the last read. CloudWatch returns the same token while there is nothing new (CloudWatch
 * Logs API reference, GetLogEvents).
 */
function createReader(context: EcsContext, { region, ...stream }: LogStream): () => Promise<string[]> {
  let nextToken: string | undefined;
  return async () => {
    const { GetLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const client = await context.clients.logs(region);
    const lines: string[] = [];
    for (;;) {
      const command = new GetLogEventsCommand({ ...stream, startFromHead: true, nextToken });
      const answer = await client.send(command, { abortSignal: context.signal }).catch((error: Error) => {
        // The driver creates the stream when the container starts.
        if (error.name === "ResourceNotFoundException") return undefined;
        throw error;
      });
      for (const { message = "" } of answer?.events ?? []) lines.push(...message.trimEnd().split(/[\r\n]+/));
      if (!answer || answer.nextForwardToken === nextToken) return lines;
      nextToken = answer.nextForwardToken;
    }
  };
}

function explain(error: Error, { logGroupName }: LogStream): string {
  if (isAccessDenied(error))
    return `The log is not shown: the role lacks logs:GetLogEvents on ${logGroupName}.`;
  return `The log is no longer shown: ${error.message}`;
}
