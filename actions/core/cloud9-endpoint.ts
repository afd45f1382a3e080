/**
 * Returns the settings with the endpoint of the environment. The SDK's last client for Cloud9 is older than the variables
 * that all other clients read.
 */
export function withCloud9Endpoint<Config extends { readonly endpoint?: unknown }>(config: Config) {
  const endpoint = process.env.AWS_ENDPOINT_URL_CLOUD9 || process.env.AWS_ENDPOINT_URL;
  return endpoint && config.endpoint === undefined ? { ...config, endpoint } : config;
}
