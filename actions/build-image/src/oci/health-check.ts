import { parseDuration } from "../../../shared/duration.ts";
import type { HealthCheck } from "../../../shared/registry/oci.ts";

/** Keys of the input health-check, named as the options of HEALTHCHECK in a Dockerfile, and the configuration's. */
const durations = {
  interval: "Interval",
  timeout: "Timeout",
  "start-period": "StartPeriod",
  "start-interval": "StartInterval",
} as const;
const nanosecondsPerMs = 1_000_000;

/** Returns the health check, or the first problem in words. */
export function parseHealthCheck(value: unknown): HealthCheck | string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "is not a JSON object";
  const { test, retries, ...rest } = value as Record<string, unknown>;
  const command = parseTest(test);
  if (typeof command === "string") return command;
  const times: Record<string, number> = {};
  for (const [key, text] of Object.entries(rest)) {
    const name = durations[key as keyof typeof durations];
    if (name === undefined)
      return `has "${key}"; allowed: test, ${Object.keys(durations).join(", ")}, retries`;
    const ms = typeof text === "string" ? parseDuration(text) : undefined;
    if (ms === undefined) return `has the ${key} ${JSON.stringify(text)}; expected a duration such as 30s`;
    times[name] = ms * nanosecondsPerMs;
  }
  if (retries === undefined) return { Test: command, ...times };
  if (typeof retries !== "number" || !Number.isInteger(retries) || retries < 1)
    return `has ${JSON.stringify(retries)} retries; expected a whole number of at least 1`;
  return { Test: command, ...times, Retries: retries };
}

/** As in Compose: a text is for the shell; the first word of a list says how to use the rest. */
function parseTest(test: unknown): string[] | string {
  if (typeof test === "string" && test !== "") return ["CMD-SHELL", test];
  if (Array.isArray(test) && test.every((part) => typeof part === "string")) {
    const [kind, ...rest] = test as string[];
    if (kind === "CMD" && rest.length > 0) return [kind, ...rest];
    if (kind === "CMD-SHELL" && rest.length === 1) return [kind, ...rest];
    if (kind === "NONE" && rest.length === 0) return [kind];
  }
  return `has no valid test; expected for example ["CMD","node","health.mjs"], ["CMD-SHELL","curl -f localhost"] or ["NONE"]`;
}
