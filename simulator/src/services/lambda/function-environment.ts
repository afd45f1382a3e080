import { randomBytes } from "node:crypto";
import type { AccessKey, AccessKeys } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import type { FunctionRecord } from "./state.ts";

/** Returns the environment of a function. Source: "Defined runtime environment variables", Lambda developer guide. */
export function functionEnvironment(
  { accessKeys, region, gateway }: Environment,
  { name, settings, code }: FunctionRecord,
  log: { readonly group: string; readonly stream: string },
): Record<string, string> {
  const key = functionKey(accessKeys);
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

/** All functions share one key, created at the first call. */
function functionKey(accessKeys: AccessKeys): AccessKey {
  const random = () => randomBytes(30).toString("base64");
  const key = accessKeys.get(functionKeyId) ?? {
    accessKeyId: functionKeyId,
    secretAccessKey: random(),
    sessionToken: random(),
  };
  accessKeys.set(functionKeyId, key);
  return key;
}
