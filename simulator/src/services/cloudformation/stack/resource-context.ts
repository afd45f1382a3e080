import { randomBytes } from "node:crypto";
import type { ResourceContext } from "../resources/resource-type.ts";
import type { CloudFormationState, StackRecord } from "./records.ts";

export function resourceContext(
  state: CloudFormationState,
  stack: StackRecord,
  logicalId: string,
  signal: AbortSignal,
  identify: (id: string) => void = () => {},
): ResourceContext {
  return {
    environment: state.environment,
    logicalId,
    signal,
    identify,
    generateName: (maximumLength) => generateName(stack.name, logicalId, maximumLength),
  };
}

/**
 * Stack and resource share the space that the suffix leaves, as CloudFormation shortens its names; lower-case hex is
 * allowed everywhere.
 */
function generateName(stackName: string, logicalId: string, maximumLength: number): string {
  const suffix = randomBytes(6).toString("hex");
  const room = maximumLength - suffix.length - 2;
  const logicalPart = logicalId.slice(0, Math.max(Math.ceil(room / 2), room - stackName.length));
  const stackPart = stackName.slice(0, room - logicalPart.length).replace(/(?<!-)-+$/, "");
  return `${stackPart}-${logicalPart}-${suffix}`;
}
