import type { CreateFunctionRequest, Runtime } from "@aws-sdk/client-lambda";
import { type FunctionSettings, invalid } from "./state.ts";

/** All of them run on the Node that runs the simulator. */
const runtimes: readonly Runtime[] = ["nodejs20.x", "nodejs22.x", "nodejs24.x"];

/** Names that Lambda sets itself. Source: "Defined runtime environment variables", Lambda developer guide. */
const reserved = [
  "_HANDLER",
  "AWS_ACCESS_KEY_ID",
  "AWS_DEFAULT_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_REGION",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "LAMBDA_TASK_ROOT",
];

export type SettingsInput = Pick<
  CreateFunctionRequest,
  "Role" | "Runtime" | "Handler" | "Description" | "Timeout" | "MemorySize" | "Environment" | "Architectures"
>;

/** Throws InvalidParameterValueException, which lists the supported runtimes. */
export function parseSettings(input: Partial<SettingsInput>): FunctionSettings {
  const { Role: role = "", Runtime: runtime, Handler: handler = "", Timeout: timeout = 3 } = input;
  const { MemorySize: memorySize = 128, Architectures: architectures = ["x86_64"] } = input;
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(role))
    throw invalid(`Role must be the ARN of a role, not '${role}'.`);
  if (runtime === undefined || !runtimes.includes(runtime))
    throw invalid(
      `The simulator runs functions of ${runtimes.join(", ")} only, not of ${runtime ?? "no runtime"}.`,
    );
  if (!/^[^\s.]+(\.[^\s.]+)+$/.test(handler.split("/").at(-1) ?? ""))
    throw invalid(`Handler must name a file and what it exports, such as index.handler, not '${handler}'.`);
  if (!(timeout >= 1 && timeout <= 900)) throw invalid(`Timeout must be 1 to 900 seconds, not ${timeout}.`);
  if (!(memorySize >= 128 && memorySize <= 10_240))
    throw invalid(`MemorySize must be 128 to 10240 MB, not ${memorySize}.`);
  return {
    role,
    runtime,
    handler,
    description: input.Description ?? "",
    timeout,
    memorySize,
    variables: parseVariables(input.Environment?.Variables ?? {}),
    architectures: architectures.map((each) => (each === "arm64" ? each : "x86_64")),
  };
}

function parseVariables(variables: Readonly<Record<string, string>>) {
  const taken = Object.keys(variables).filter((name) => reserved.includes(name));
  if (taken.length > 0)
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${taken.join(", ")}`,
    );
  const bad = Object.keys(variables).find((name) => !/^[A-Za-z]\w+$/.test(name));
  if (bad !== undefined) throw invalid(`'${bad}' is not the name of an environment variable.`);
  return variables;
}
