import { isIPv4, isIPv6 } from "node:net";
import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { validationError } from "./state.ts";

type ConfigName = Exclude<keyof RuleCondition, "Field" | "Values" | "RegexValues">;

const configs: Record<string, { name: ConfigName; maxLength: number; once: boolean; topLevel: boolean }> = {
  "path-pattern": { name: "PathPatternConfig", maxLength: 128, once: true, topLevel: true },
  "host-header": { name: "HostHeaderConfig", maxLength: 128, once: true, topLevel: true },
  "http-header": { name: "HttpHeaderConfig", maxLength: 128, once: false, topLevel: false },
  "http-request-method": { name: "HttpRequestMethodConfig", maxLength: 40, once: true, topLevel: false },
  "query-string": { name: "QueryStringConfig", maxLength: 128, once: false, topLevel: false },
  "source-ip": { name: "SourceIpConfig", maxLength: 49, once: true, topLevel: false },
};

/** Quotas of Application Load Balancers: condition values and wildcards per rule. */
const maxValues = 5;
const maxWildcards = 6;

/** Checks the conditions of a rule and returns them as the API describes them, each in its own configuration. */
export function normalizeConditions(conditions: readonly RuleCondition[] = []): RuleCondition[] {
  if (conditions.length === 0) throw validationError("A condition must be specified");
  const normalized = conditions.map(normalizeCondition);
  for (const [field, { once }] of Object.entries(configs)) {
    if (once && normalized.filter(({ Field }) => Field === field).length > 1) {
      throw validationError(`A rule can only have one '${field}' condition`);
    }
  }
  const texts = normalized.flatMap(textsOf);
  if (texts.length > maxValues) {
    throw validationError(`A rule can only have '${maxValues}' condition values`);
  }
  if (texts.join("").replace(/[^*?]/g, "").length > maxWildcards) {
    throw validationError(`A rule can only have '${maxWildcards}' condition wildcards`);
  }
  return normalized;
}

function normalizeCondition(condition: RuleCondition): RuleCondition {
  const field = condition.Field ?? Object.keys(configs).find((name) => condition[configOf(name).name]);
  const { name, maxLength, topLevel } = configOf(field ?? "");
  for (const [other, value] of Object.entries(condition)) {
    if (value === undefined || other === "Field" || other === name) continue;
    if (other === "Values" && topLevel) continue;
    throw validationError(`A condition of field '${field}' cannot have '${other}' in the simulator`);
  }
  const config = condition[name] ?? (topLevel ? { Values: condition.Values } : undefined);
  const values: readonly unknown[] = config?.Values ?? [];
  if (values.length === 0) throw validationError(`A condition of field '${field}' must have values`);
  if (condition[name] && condition.Values) {
    throw validationError(`A condition of field '${field}' cannot have both 'Values' and '${name}'`);
  }
  if ("RegexValues" in (config ?? {}) && (config as { RegexValues?: string[] }).RegexValues) {
    throw validationError(`The simulator does not match regular expressions (condition '${field}')`);
  }
  const normalized: RuleCondition = { Field: field, [name]: config };
  if (topLevel) normalized.Values = values as string[];
  for (const text of textsOf(normalized)) {
    if (text.length > maxLength) throw validationError(`Condition value '${text}' is too long`);
  }
  checkSyntax(normalized);
  return normalized;
}

function configOf(field: string) {
  const found = configs[field];
  if (found) return found;
  throw validationError(`Condition field '${field}' must be one of '[${Object.keys(configs).join(", ")}]'`);
}

function textsOf(condition: RuleCondition): string[] {
  const query = condition.QueryStringConfig?.Values?.map(({ Key, Value }) => `${Key ?? ""}=${Value ?? ""}`);
  const config =
    condition.PathPatternConfig ??
    condition.HostHeaderConfig ??
    condition.HttpHeaderConfig ??
    condition.HttpRequestMethodConfig ??
    condition.SourceIpConfig;
  return query ?? config?.Values ?? [];
}

function checkSyntax(condition: RuleCondition): void {
  if (condition.Field === "http-header" && !isToken(condition.HttpHeaderConfig?.HttpHeaderName)) {
    throw validationError(
      `'${condition.HttpHeaderConfig?.HttpHeaderName}' is not the name of an HTTP header`,
    );
  }
  for (const { Value } of condition.QueryStringConfig?.Values ?? []) {
    if (Value === undefined) throw validationError("A query string condition must have a Value");
  }
  for (const block of condition.SourceIpConfig?.Values ?? []) {
    if (!isCidr(block))
      throw validationError(`The value '${block}' is not a CIDR block, such as 192.0.2.0/24`);
  }
  for (const path of condition.PathPatternConfig?.Values ?? []) {
    if (!/^[\w.$/~"'@:+&*?-]+$/.test(path)) {
      throw validationError(`The path pattern '${path}' has characters that are not allowed`);
    }
  }
  for (const method of condition.HttpRequestMethodConfig?.Values ?? []) {
    if (!/^[A-Z_-]+$/.test(method)) {
      throw validationError(
        `The request method '${method}' must be of the characters A-Z, hyphen, underscore`,
      );
    }
  }
}

function isToken(name: string | undefined): boolean {
  return name !== undefined && /^[\w!#$%&'*+.^`|~-]{1,40}$/.test(name);
}

function isCidr(block: string): boolean {
  const [address = "", prefix = "", ...rest] = block.split("/");
  if (rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return false;
  return (isIPv4(address) && Number(prefix) <= 32) || (isIPv6(address) && Number(prefix) <= 128);
}
