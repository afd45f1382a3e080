import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { EcsContext } from "./context.ts";

/** The awslogs driver sends every five seconds; the last lines of a task may still be on their way. */
export const deliveryMs = 5_000;
/** Enough to see what led to the end. */
export const tailLines = 20;
/** More lines are read, as services write metrics between their messages. */
const readLines = 200;

/** Returns whether a line is in CloudWatch's embedded metric format, which does not help a reader. */
export function isMetricLine(line: string): boolean {
  return /^\s*\{.*"_aws"\s*:/s.test(line);
}

/**
 * Reads a container's last lines from CloudWatch Logs, by the awslogs options of its definition. Empty without any;
 * a refusal of AWS is one line that says so, as the failure itself must still be reported.
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
      const lines = events.map(({ message = "" }) => message.trimEnd());
      return lines.filter((line) => !isMetricLine(line)).slice(-tailLines);
    };
    const found = await read();
    if (found.length > 0) return found;
    await context.clock.wait(deliveryMs, context.signal);
    return await read();
  } catch (error) {
    return [`(log ${logGroupName}/${logStreamName} could not be read: ${(error as Error).message})`];
  }
}

// Lines that runtimes print after the one that explains the failure.
const epilogue = [
  /^\s*$/,
  /^\s+at /,
  /^Node\.js v\d/,
  /^[\s^~]+$/,
  /^[\s{}[\](),;]+$/,
  /^\(log .* could not be read/,
];

/** Returns the last meaningful line: no stack frames or version banners; the message of a structured line. */
export function lastTellingLine(logLines: readonly string[]): string {
  const messages = withoutProperties(logLines.filter((line) => !isMetricLine(line)));
  const line = messages.findLast((candidate) => !epilogue.some((pattern) => pattern.test(candidate))) ?? "";
  return messageOf(line).trim();
}

/** Node prints an error's own properties, such as errno and path, in braces that open at the end of its stack. */
function withoutProperties(lines: readonly string[]): readonly string[] {
  const end = lines.lastIndexOf("}");
  const start = lines.findLastIndex((line, index) => index < end && /^(?:\s+at |\S).* \{$/.test(line));
  return start < 0 ? lines : lines.toSpliced(start + 1, end - start);
}

function messageOf(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { msg, message, err } = JSON.parse(line) as {
      msg?: unknown;
      message?: unknown;
      err?: { message?: unknown };
    };
    const texts = [msg ?? message, err?.message].filter((text) => typeof text === "string" && text);
    return texts.join(": ") || line;
  } catch {
    return line;
  }
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
