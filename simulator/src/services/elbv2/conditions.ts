import { isIPv4, isIPv6 } from "node:net";
import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { validationError } from "./state.ts";

type ConfigName = "PathPatternConfig" | "HostHeaderConfig" | "HttpHeaderConfig" | "SourceIpConfig";

const configs: Record<string, { name: ConfigName; once: boolean; topLevel: boolean }> = {
  "path-pattern": { name: "PathPatternConfig", once: true, topLevel: true },
  "host-header": { name: "HostHeaderConfig", once: true, topLevel: true },
  "http-header": { name: "HttpHeaderConfig", once: false, topLevel: false },
  "source-ip": { name: "SourceIpConfig", once: true, topLevel: false },
};

/** Quotas of Application Load Balancers: condition values and wildcards per rule; characters of a value. */
const maxValues = 5;
const maxWildcards = 6;
const maxLength = 128;

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
  const { name, topLevel } = configOf(field ?? "");
  refuseOthers(condition, ["Field", name, ...(topLevel ? ["Values"] : [])], field);
  const config = condition[name] ?? (topLevel ? { Values: condition.Values } : {});
  refuseOthers(config, ["Values", "HttpHeaderName"], field);
  const values = config.Values ?? [];
  if (values.length === 0) throw validationError(`A condition of field '${field}' must have values`);
  if (condition[name] && condition.Values) {
    throw validationError(`A condition of field '${field}' cannot have both 'Values' and '${name}'`);
  }
  for (const text of values) {
    if (text.length > maxLength) throw validationError(`Condition value '${text}' is too long`);
  }
  const normalized: RuleCondition = { Field: field, [name]: config, ...(topLevel && { Values: values }) };
  checkSyntax(normalized);
  return normalized;
}

function refuseOthers(given: object, known: readonly string[], field: string | undefined): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || known.includes(name)) continue;
    throw validationError(`A condition of field '${field}' cannot have '${name}' in the simulator`);
  }
}

function configOf(field: string) {
  const found = configs[field];
  if (found) return found;
  throw validationError(`Condition field '${field}' must be one of '[${Object.keys(configs).join(", ")}]'`);
}

function textsOf({ Field = "", ...condition }: RuleCondition): string[] {
  return condition[configOf(Field).name]?.Values ?? [];
}

function checkSyntax({ HttpHeaderConfig, SourceIpConfig, PathPatternConfig }: RuleCondition): void {
  if (HttpHeaderConfig && !isToken(HttpHeaderConfig.HttpHeaderName)) {
    throw validationError(`'${HttpHeaderConfig.HttpHeaderName}' is not the name of an HTTP header`);
  }
  for (const block of SourceIpConfig?.Values ?? []) {
    if (!isCidr(block))
      throw validationError(`The value '${block}' is not a CIDR block, such as 192.0.2.0/24`);
  }
  for (const path of PathPatternConfig?.Values ?? []) {
    if (!/^[\w.$/~"'@:+&*?-]+$/.test(path)) {
      throw validationError(`The path pattern '${path}' has characters that are not allowed`);
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
