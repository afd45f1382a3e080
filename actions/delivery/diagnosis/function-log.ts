import { isAccessDenied } from "../../core/aws-errors.ts";
import type { EcsContext } from "../../ecs/context.ts";
import { deliveryMs, linesOf, readLines } from "../../ecs/log-tail.ts";
import { functionName } from "../ecs/history.ts";

/** Lines of Lambda itself about an invocation. */
const ofLambda = /^(?:START RequestId|END RequestId|REPORT RequestId|INIT_START|XRAY TraceId)/;
/** Time and request, which Lambda's runtime for Node sets before each line. */
const prefix = /^\S{10,30}Z\t[\w-]{36}\t/;

/**
 * Reads the end of the log that a Lambda function, by name or ARN, has written since a deployment began, from the log
 * group that Lambda creates (Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs"). Empty, with a
 * warning, when it cannot be read.
 */
export async function readFunctionLog(
  { clients, clock, signal, log }: EcsContext,
  target: string,
  since: Date | undefined,
): Promise<string[]> {
  const name = functionName(target);
  const logGroupName = `/aws/lambda/${name}`;
  const command = { logGroupName, startTime: since?.getTime() };
  const options = { abortSignal: signal };
  const lines: string[] = [];
  const read = async () => {
    const { paginateFilterLogEvents } = await import("@aws-sdk/client-cloudwatch-logs");
    const client = await clients.logs(/^arn:[\w-]+:lambda:([\w-]+):/.exec(target)?.[1]);
    for await (const { events = [] } of paginateFilterLogEvents({ client }, command, options))
      lines.splice(0, Number.POSITIVE_INFINITY, ...[...lines, ...linesOf(events)].slice(-readLines));
  };
  try {
    await read();
    if (lines.length === 0) {
      await clock.wait(deliveryMs, signal);
      await read();
    }
  } catch (error) {
    if (signal.aborted) throw error;
    const { name: kind, message } = error as Error;
    const why = isAccessDenied(error) ? `the role lacks logs:FilterLogEvents on ${logGroupName}` : message;
    const hint =
      kind === "ResourceNotFoundException" ? " (its LoggingConfig may name another log group)" : "";
    log.warning(`The log of the hook's function ${name} cannot be read${hint}: ${why}`);
  }
  return lines.filter((line) => !ofLambda.test(line)).map((line) => line.replace(prefix, ""));
}
