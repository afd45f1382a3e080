import type { Environment } from "../../environment.ts";
import type { FunctionRecord } from "./state.ts";

/** What a function finds in its environment. Source: "Defined runtime environment variables", Lambda developer guide. */
export function functionEnvironment(
  { region, gateway }: Environment,
  { name, settings, code }: FunctionRecord,
  log: { readonly group: string; readonly stream: string },
): Record<string, string> {
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
    // Of the function's role; the simulator takes any.
    AWS_ACCESS_KEY_ID: "ASIASIMULATEDFUNCTION",
    AWS_SECRET_ACCESS_KEY: "simulated",
    AWS_SESSION_TOKEN: "simulated",
    AWS_ENDPOINT_URL: `http://${gateway.host}:${gateway.port}`,
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
  };
}
