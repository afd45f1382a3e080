import { isAccessDenied } from "../../core/aws-errors.ts";
import type { EcsContext } from "../../ecs/context.ts";
import { linesOf, readLines } from "../../ecs/log-tail.ts";
import { functionName } from "../ecs/history.ts";

/** Lines of Lambda itself about an invocation. */
const ofLambda = /^(?:START RequestId|END RequestId|REPORT RequestId|INIT_START|XRAY TraceId)/;
/** Enough of a hook's log, and few enough calls. */
const mostPages = 20;

/**
 * Reads the end of the log that a Lambda function, by name or ARN, has written since a deployment began, from the log
 * group that Lambda creates (Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs"). Empty, with a
 * warning, when it cannot be read.
 */
export async function readFunctionLog(
  { clients, signal, log }: EcsContext,
  target: string,
  since: Date | undefined,
): Promise<string[]> {
  const name = functionName(target);
  const logGroupName = `/aws/lambda/${name}`;
  const lines: string[] = [];
  try {
    const { FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const client = await clients.logs(/^arn:[\w-]+:lambda:([\w-]+):/.exec(target)?.[1]);
    let nextToken: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const command = new FilterLogEventsCommand({ logGroupName, startTime: since?.getTime(), nextToken });
      const found = await client.send(command, { abortSignal: signal });
      lines.push(...linesOf(found.events ?? []));
      nextToken = found.nextToken;
      if (!nextToken) break;
    }
  } catch (error) {
    if (signal.aborted) throw error;
    const { name: kind, message } = error as Error;
    const why = isAccessDenied(error)
      ? `the role lacks logs:FilterLogEvents on ${logGroupName}`
      : kind === "ResourceNotFoundException"
        ? `the log group ${logGroupName} does not exist; the function's LoggingConfig may have another`
        : message;
    log.warning(`The log of the hook's function ${name} cannot be read: ${why}.`);
  }
  return lines.filter((line) => !ofLambda.test(line)).slice(-readLines);
}
