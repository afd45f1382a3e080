import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { plainText, shortened } from "../core/plain-text.ts";
import type { EcsContext } from "./context.ts";
import { isMetricLine, lastWords } from "./last-words.ts";

/** The awslogs driver sends every five seconds; the last lines of a task may still be on their way. */
export const deliveryMs = 5_000;
/** Enough of the end for a reader. */
const tailLines = 20;
/** The line that explains an end may be far above it: a stack has hundreds of frames, and services write metrics. */
export const readLines = 1_000;

/**
 * Reads a container's last lines from CloudWatch Logs, by the awslogs options of its definition: far more than a reader
 * is shown, for `lastWords`. Empty without any; a refusal of AWS is one line that says so, as the failure itself must still be reported.
 */
export async function readLogTail(
  context: EcsContext,
  container: ContainerDefinition | undefined,
  taskId: string,
): Promise<string[]> {
  const stream = logStreamOf(container, taskId);
  if (!stream) return [];
  const { logGroupName, logStreamName, region } = stream;
  try {
    const { GetLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const client = await context.clients.logs(region);
    const read = async () => {
      const command = new GetLogEventsCommand({
        logGroupName,
        logStreamName,
        limit: readLines,
        startFromHead: false,
      });
      const { events = [] } = await client.send(command);
      return linesOf(events);
    };
    const found = await read();
    if (found.length > 0) return found;
    await context.clock.wait(deliveryMs, context.signal);
    return await read();
  } catch (error) {
    return [`(log ${logGroupName}/${logStreamName} could not be read: ${(error as Error).message})`];
  }
}

/** Returns the lines of events, without what only a terminal or a dashboard shows. */
export function linesOf(events: readonly { readonly message?: string | undefined }[]): string[] {
  const lines = events.flatMap(({ message = "" }) => plainText(message.trimEnd()).split("\n"));
  return lines.filter((line) => !isMetricLine(line));
}

/** Returns what a reader is shown: the last lines, after the one that explains the end when it is far above them. */
export function shownTail(lines: readonly string[]): string {
  // One line may have a megabyte.
  const tail = lines.slice(-tailLines).map((line) => shortened(line, 1_000));
  const words = lastWords(lines);
  const isFarAbove = words !== "" && lastWords(tail) !== words;
  return [...(isFarAbove ? [words, "…"] : []), ...tail].join("\n");
}

/** The CloudWatch Logs stream of one container of one task. */
export interface LogStream {
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Undefined: the region of the action itself. */
  readonly region: string | undefined;
}

/**
 * Returns the stream from the awslogs options of the container's definition: `prefix/container/task id`. Undefined with
 * another log driver, or without a prefix, as the stream then has an id that ECS does not show.
 */
export function logStreamOf(
  container: ContainerDefinition | undefined,
  taskId: string,
): LogStream | undefined {
  const { logDriver, options = {} } = container?.logConfiguration ?? {};
  const [logGroupName, prefix] = [options["awslogs-group"], options["awslogs-stream-prefix"]];
  if (!container || logDriver !== "awslogs" || !logGroupName || !prefix) return undefined;
  return {
    logGroupName,
    logStreamName: `${prefix}/${container.name}/${taskId}`,
    region: options["awslogs-region"],
  };
}
