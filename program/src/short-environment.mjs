// @ts-check

/** Variables of the user's environment that a program needs to work and to reach its registry. */
const needed = [
  ...["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TMPDIR"],
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
  ...["npm_config_registry", "npm_config_cafile", "npm_config_cache", "npm_config_userconfig"],
];

/** The simulator also has to find the Docker engine, and code that Node has compiled before. */
export const neededBySimulator = ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "NODE_COMPILE_CACHE"];

/**
 * Returns the part of an environment for a child process: no token, key or setting of the user's other programs.
 * @param {NodeJS.ProcessEnv} environment
 * @param {readonly string[]} [also] more names
 * @returns {Record<string, string>}
 */
export function shortEnvironment(environment, also = []) {
  const names = [...needed, ...also];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
