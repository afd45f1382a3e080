import type { Execution } from "../../aws/codepipeline/execution.ts";
import { ActionFailure } from "./failure.ts";

/** `#{namespace.key}`. Source: CodePipeline user guide, "Variables reference". */
const reference = /#\{([\w@-]+)\.([\w@-]+)\}/g;

/**
 * Returns an action's configuration with all variables replaced. Throws an ActionFailure that lists those without a
 * value.
 */
export function resolveVariables(
  configuration: Readonly<Record<string, string>>,
  execution: Execution,
): Record<string, string> {
  const unknown = new Set<string>();
  const resolved = Object.entries(configuration).map(([key, text]) => {
    const value = text.replace(reference, (whole, namespace: string, name: string) => {
      const found = variableOf(execution, namespace, name);
      if (found === undefined) unknown.add(`${namespace}.${name}`);
      return found ?? whole;
    });
    return [key, value] as const;
  });
  if (unknown.size > 0)
    throw new ActionFailure(
      "ConfigurationError",
      `The action configuration references variables that could not be resolved: ${[...unknown].join(", ")}`,
    );
  return Object.fromEntries(resolved);
}

function variableOf(execution: Execution, namespace: string, name: string): string | undefined {
  if (namespace === "codepipeline") return name === "PipelineExecutionId" ? execution.id : undefined;
  if (namespace === "variables") return execution.variables.get(name);
  return execution.outputVariables.get(namespace)?.[name];
}
