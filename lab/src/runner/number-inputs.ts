import type { EventsConfig, InputConfig } from "@actions/workflow-parser/model/workflow-template";
import type { MappingToken } from "@actions/workflow-parser/templates/tokens/index";
import { refuse } from "./errors.ts";
import { isMapping } from "./github-parser.ts";
import { find, placeOf } from "./tokens.ts";

/** Inputs of type number. GitHub's parser (0.3.61) checks them, but loses their type and their defaults. */
export function readNumberInputs(events: EventsConfig, root: MappingToken, path: string): void {
  const inputs = events.workflow_call?.inputs as Record<string, InputConfig> | undefined;
  for (const [name, token] of numberInputs(root, "workflow_call")) {
    const input = inputs?.[name] as { type: string; default?: unknown };
    const fallback = find(token, "default");
    input.type = "number";
    if (fallback && !fallback.isExpression) input.default = Number(fallback.toString());
  }
  for (const [, token] of numberInputs(root, "workflow_dispatch"))
    throw refuse(placeOf(token, path), "the type 'number' of an input given by hand", [
      "string",
      "boolean",
      "choice",
    ]);
}

function numberInputs(root: MappingToken, event: string): [string, MappingToken][] {
  const inputs = find(find(find(root, "on"), event), "inputs");
  if (!inputs || !isMapping(inputs)) return [];
  const tokens = [...inputs].map(({ key, value }) => [key.toString(), value as MappingToken] as const);
  return tokens
    .filter(([, token]) => find(token, "type")?.toString() === "number")
    .map(([name, token]) => [name, token]);
}
