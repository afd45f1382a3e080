import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { type Bill, type CostLine, type CostWorld, costLine, monthFraction } from "../cost-line.ts";

export const billSecret: Bill = (secret, world) => billSecretOf(secret, world);

/** Bills a secret, or a resource that creates one for itself. */
export function billSecretOf(resource: EvaluatedResource, world: CostWorld): CostLine[] {
  const { usage } = world;
  const month = monthFraction(usage);
  return [
    costLine(world, resource, "secret", month, month < 1 ? `${usage.hours}/730 month` : "1 secret"),
    costLine(world, resource, "secret-calls", usage.secretCalls, `${usage.secretCalls} reads`),
  ];
}

export const billKey: Bill = (key, world) => {
  const { kmsCalls } = world.usage;
  return [
    costLine(world, key, "kms-key", 1, "1 key"),
    costLine(world, key, "kms-calls", kmsCalls, `${kmsCalls} requests`),
  ];
};
