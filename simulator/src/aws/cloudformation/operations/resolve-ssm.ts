import type { World } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";
import { isSsmParameter, type ParameterValues } from "../template/parameters.ts";
import type { Template } from "../template/template.ts";

/**
 * Returns the values of parameters that reference Systems Manager, read again for every operation. Source:
 * CloudFormation user guide, "SSM parameter types".
 */
export async function resolveSsmParameters(
  { environment }: World,
  template: Template,
  given: ParameterValues,
): Promise<ParameterValues> {
  const names = Object.keys(given).filter((name) => isSsmParameter(template.parameters[name]));
  const resolved: Record<string, string> = {};
  for (const name of names) {
    const { Parameters: [found] = [] } = await environment.aws.ssm.getParameters({
      Names: [given[name] ?? ""],
    });
    if (found?.Value === undefined)
      throw validationError(
        `Unable to fetch parameters [${given[name]}] from parameter store for this account.`,
      );
    resolved[name] = found.Value;
  }
  return resolved;
}
