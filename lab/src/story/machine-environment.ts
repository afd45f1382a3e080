import { join } from "node:path";

/** What a program needs of the user's environment to work at all, and to reach its registry. */
const kept = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "LANG",
  "LC_ALL",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "npm_config_registry",
  "npm_config_cafile",
  "npm_config_cache",
  "npm_config_userconfig",
];

/**
 * The environment of the rehearsal's runner: no AWS setting of the user's own is left, so that nothing can reach a
 * real account.
 * @param directory of temporary files
 */
export function machineEnvironment(
  environment: NodeJS.ProcessEnv,
  endpoint: string,
  directory: string,
): Record<string, string> {
  const own = kept.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]]));
  return {
    ...Object.fromEntries(own),
    TMPDIR: directory,
    AWS_ENDPOINT_URL: endpoint,
    AWS_CONFIG_FILE: join(directory, "no-aws-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, "no-aws-credentials"),
    AWS_EC2_METADATA_DISABLED: "true",
    // What the set-up has installed is in npm's cache already.
    npm_config_prefer_offline: "true",
    npm_config_update_notifier: "false",
  };
}
