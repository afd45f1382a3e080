import { templateError } from "../template/errors.ts";
import { evaluate } from "../template/evaluate.ts";
import type { Definition } from "./definition.ts";
import type { CloudFormationState, OutputRecord, StackRecord } from "./records.ts";
import { stackScope } from "./scope.ts";

/** Evaluates the outputs whose condition is true; every resource must exist. */
export function evaluateOutputs(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
): OutputRecord[] {
  const scope = stackScope(state, stack, definition);
  const text = (value: Parameters<typeof evaluate>[0], place: string) => {
    const result = evaluate(value, scope, place);
    if (typeof result === "object" || result === undefined)
      throw templateError(`${place} must be text, not ${JSON.stringify(result)}`);
    return String(result);
  };
  return Object.entries(definition.template.outputs).flatMap(([name, output]) => {
    if (output.condition !== undefined && !scope.condition(output.condition)) return [];
    const { exportName } = output;
    return [
      {
        name,
        value: text(output.value, `/Outputs/${name}/Value`),
        description: output.description,
        exportName: exportName === undefined ? undefined : text(exportName, `/Outputs/${name}/Export/Name`),
      },
    ];
  });
}
