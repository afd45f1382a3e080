import type { HealthCheck } from "@aws-sdk/client-ecs";
import { AwsError } from "../../errors.ts";

/** Allowed range of each figure (API reference, HealthCheck): in seconds, except for the retries. */
const ranges = {
  interval: [5, 300],
  timeout: [2, 60],
  retries: [1, 10],
  startPeriod: [0, 300],
} as const satisfies Partial<Record<keyof HealthCheck, readonly [number, number]>>;

/** Throws ClientException for a health check that cannot be run. AWS documents the limits, not the messages. */
export function validateHealthCheck(check: HealthCheck, container: string): void {
  const [kind, ...words] = check.command ?? [];
  if (kind !== "CMD" && kind !== "CMD-SHELL")
    throw invalid(container, `command must start with CMD or CMD-SHELL, not with ${kind ?? "nothing"}`);
  if (words.length === 0 || words.some((word) => !word))
    throw invalid(container, `command lacks what is to be run after ${kind}`);
  if (kind === "CMD-SHELL" && words.length > 1)
    throw invalid(container, "command must be one text for the shell after CMD-SHELL");
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = check[name as keyof typeof ranges];
    if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most))
      throw invalid(container, `${name} must be a whole number between ${least} and ${most}, not ${value}`);
  }
}

function invalid(container: string, what: string): AwsError {
  return new AwsError("ClientException", `Invalid healthCheck of container ${container}: ${what}.`);
}
