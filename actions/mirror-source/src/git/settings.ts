/** Configuration of Git, such as `["safe.directory", "/repository"]`. */
export type Settings = readonly (readonly [key: string, value: string])[];

/**
 * Returns variables that give settings to one command, without a file or an argument. Source: git-config(1),
 * GIT_CONFIG_COUNT.
 */
export function asVariables(settings: Settings): Record<string, string> {
  const entries = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(entries) };
}
