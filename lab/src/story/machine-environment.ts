import { join } from "node:path";
import { shortEnvironment } from "../../../scripts/run/short-environment.mjs";

/**
 * Returns the environment of the rehearsal's runner, without any AWS setting of the user, so that nothing can reach a
 * real account.
 * @param directory of temporary files
 */
export function machineEnvironment(
  environment: NodeJS.ProcessEnv,
  endpoint: string,
  directory: string,
): Record<string, string> {
  return {
    ...shortEnvironment(environment),
    TMPDIR: directory,
    AWS_ENDPOINT_URL: endpoint,
    AWS_CONFIG_FILE: join(directory, "no-aws-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, "no-aws-credentials"),
    AWS_EC2_METADATA_DISABLED: "true",
    // npm's cache already has the packages that the set-up installed.
    npm_config_prefer_offline: "true",
    npm_config_update_notifier: "false",
  };
}
