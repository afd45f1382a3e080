import { randomBytes, randomUUID } from "node:crypto";
import { Uint8ArrayBlobAdapter } from "@smithy/core/serde";
import type { AccessKey } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { roleLists } from "../../permissions/role-lists.ts";
import { refusalOf } from "../../permissions/service-roles.ts";
import type { FunctionOutcome } from "../../runtime/functions/run-function.ts";
import { openLogStream } from "../../runtime/tasks/log-stream.ts";
import type { Operations } from "../api.ts";
import { sessionsOf } from "../sts/sessions.ts";
import { type FunctionRecord, findFunction, type LambdaState } from "./functions.ts";

/** Waits before a failed asynchronous invocation is retried ("Error handling for asynchronous invocation"). */
const retryWaits = [60_000, 120_000];
/** Bytes of log returned for LogType Tail. */
const tailBytes = 4096;

interface Invocations {
  readonly operations: Operations<"lambda">;
  /** Ends every function's process and waits for it. */
  close(): Promise<void>;
}

export function createInvocations(state: LambdaState, environment: Environment): Invocations {
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const track = <Result>(work: Promise<Result>): Promise<Result> => {
    const tracked = work.catch(() => {}).finally(() => running.delete(tracked));
    running.add(tracked);
    return work;
  };
  const invokeOnce = (record: FunctionRecord, event: string, requestId: string) =>
    track(invoke(environment, record, { event, requestId, signal: closing.signal }));
  const invokeUntilDone = async (record: FunctionRecord, event: string) => {
    const requestId = randomUUID();
    for (const wait of [...retryWaits, undefined]) {
      const { outcome } = await invokeOnce(record, event, requestId);
      if (!outcome.error || wait === undefined) return;
      await environment.clock.wait(wait, closing.signal);
    }
  };
  return {
    operations: {
      invoke: async (input) => {
        refuseUnsupported("InvalidParameterValueException", "Invoke", input, [
          "FunctionName InvocationType LogType Payload Qualifier",
        ]);
        const record = findFunction(state, input.FunctionName, input.Qualifier);
        const event = readEvent(input.Payload as string | Uint8Array | undefined);
        if (input.InvocationType === "DryRun") return { StatusCode: 204 };
        if (input.InvocationType === "Event") {
          track(invokeUntilDone(record, event)).catch((error: unknown) => {
            if (!closing.signal.aborted) environment.warn(`function ${record.name}: ${error}`);
          });
          return { StatusCode: 202 };
        }
        const { outcome, log } = await invokeOnce(record, event, randomUUID());
        return {
          StatusCode: 200,
          FunctionError: outcome.error && "Unhandled",
          LogResult: input.LogType === "Tail" ? tailOf(log) : undefined,
          Payload: Uint8ArrayBlobAdapter.fromString(outcome.payload ?? JSON.stringify(outcome.error)),
          ExecutedVersion: "$LATEST",
        };
      },
    },
    close: async () => {
      closing.abort(new Error("the simulator is closing"));
      await Promise.all(running);
    },
  };
}

interface Invocation {
  readonly event: string;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

async function invoke(
  environment: Environment,
  record: FunctionRecord,
  { event, requestId, signal }: Invocation,
): Promise<{ outcome: FunctionOutcome; log: string[] }> {
  const { clock, warn, aws } = environment;
  const day = clock.now().toISOString().slice(0, 10).replaceAll("-", "/");
  const [group, stream] = [
    `/aws/lambda/${record.name}`,
    `${day}/[$LATEST]${randomBytes(16).toString("hex")}`,
  ];
  const mayWrite = await mayLog(environment, record, { group, stream });
  const output = mayWrite
    ? await openLogStream(aws.logs, { group, stream, createGroup: true, clock, warn })
    : undefined;
  const log: string[] = [];
  const write = (line: string) => {
    log.push(line);
    output?.write(line);
  };
  write(`START RequestId: ${requestId} Version: $LATEST`);
  const outcome = await environment.runFunction({
    taskRoot: record.code.taskRoot,
    event,
    context: {
      awsRequestId: requestId,
      functionName: record.name,
      functionVersion: "$LATEST",
      invokedFunctionArn: record.arn,
      memoryLimitInMB: String(record.settings.memorySize),
      logGroupName: group,
      logStreamName: stream,
    },
    environment: await functionEnvironment(environment, record, { group, stream }),
    timeoutMs: record.settings.timeout * 1000,
    onLine: write,
    signal,
  });
  if (outcome.error?.errorType === "Sandbox.Timedout" || outcome.error?.errorType === "Runtime.ExitError")
    write(outcome.error.errorMessage);
  write(`END RequestId: ${requestId}`);
  write(report(requestId, record, outcome));
  await output?.flush();
  return { outcome, log };
}

function report(
  requestId: string,
  { settings }: FunctionRecord,
  { durationMs, maxMemoryMb }: FunctionOutcome,
): string {
  return [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs)} ms`,
    `Memory Size: ${settings.memorySize} MB`,
    `Max Memory Used: ${maxMemoryMb} MB`,
  ].join("\t");
}

/** Text from a caller in this process, bytes from the gateway. */
function readEvent(payload: string | Uint8Array | undefined): string {
  const text = payload?.length ? Buffer.from(payload as Uint8Array).toString("utf8") : "{}";
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: ${(error as Error).message}`,
    );
  }
}

function tailOf(log: readonly string[]): string {
  return Buffer.from(`${log.join("\n")}\n`)
    .subarray(-tailBytes)
    .toString("base64");
}

/** Returns the environment of a function. Source: "Defined runtime environment variables", Lambda developer guide. */
async function functionEnvironment(
  environment: Environment,
  record: FunctionRecord,
  log: { readonly group: string; readonly stream: string },
): Promise<Record<string, string>> {
  const { region, gateway } = environment;
  const { name, settings, code } = record;
  const key = await functionKey(environment, record);
  return {
    ...settings.variables,
    _HANDLER: settings.handler,
    LAMBDA_TASK_ROOT: code.taskRoot,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memorySize),
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_LOG_GROUP_NAME: log.group,
    AWS_LAMBDA_LOG_STREAM_NAME: log.stream,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_SESSION_TOKEN: key.sessionToken ?? "",
    AWS_ENDPOINT_URL: `http://${gateway.host}:${gateway.port}`,
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
  };
}

const functionKeyId = "ASIASIMULATEDFUNCTION";

/** Returns the keys of a session of the function's role; all functions without a role share one key. */
async function functionKey(environment: Environment, { name, settings }: FunctionRecord): Promise<AccessKey> {
  const { accessKeys } = environment;
  const sessions = await sessionsOf(environment, settings.role, name);
  if (sessions) return sessions();
  const random = () => randomBytes(30).toString("base64");
  const key = accessKeys.get(functionKeyId) ?? {
    accessKeyId: functionKeyId,
    secretAccessKey: random(),
    sessionToken: random(),
  };
  accessKeys.set(functionKeyId, key);
  return key;
}

/** Without these permissions, a function runs without a log. A group that exists is not created. */
async function mayLog(
  environment: Environment,
  { settings: { role: roleArn } }: FunctionRecord,
  { group, stream }: { readonly group: string; readonly stream: string },
): Promise<boolean> {
  const { logGroups = [] } = await environment.aws.logs.describeLogGroups({ logGroupNamePrefix: group });
  const exists = logGroups.some(({ logGroupName }) => logGroupName === group);
  const list = roleLists.function;
  for (const step of exists ? writing : (["createLogGroup", ...writing] as const))
    if (await refusalOf(environment, { roleArn, list, step, values: { group, stream } })) return false;
  return true;
}

const writing = ["createLogStream", "writeLog"] as const;
