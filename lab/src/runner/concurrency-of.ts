import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import type { ConcurrencyRequest } from "./concurrency.ts";
import { evaluateToken, type Json, type Scope, toText } from "./evaluate.ts";

/** Returns the request in `concurrency`: a group's name, or a mapping. */
export function concurrencyOf(
  token: TemplateToken | undefined,
  scope: Scope,
): ConcurrencyRequest | undefined {
  if (!token) return undefined;
  const value = evaluateToken(token, scope);
  if (value === null || typeof value !== "object") {
    return { group: toText(value), cancelInProgress: false, queue: "single" };
  }
  const settings = value as { [name: string]: Json };
  return {
    group: toText(settings.group),
    cancelInProgress: settings["cancel-in-progress"] === true,
    queue: settings.queue === "max" ? "max" : "single",
  };
}
