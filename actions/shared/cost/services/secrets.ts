import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { type Bill, type CostContext, type CostLine, costLine, monthFraction } from "../cost-line.ts";

export const billSecret: Bill = (secret, context) => billSecretOf(secret, context);

/** Bills a secret, or a resource that creates one for itself. */
export function billSecretOf(resource: EvaluatedResource, context: CostContext): CostLine[] {
  const { usage } = context;
  const month = monthFraction(usage);
  return [
    costLine(context, resource, "secret", month, month < 1 ? `${usage.hours}/730 month` : "1 secret"),
    costLine(context, resource, "secret-calls", usage.secretCalls, `${usage.secretCalls} reads`),
  ];
}

export const billKey: Bill = (key, context) => {
  const { kmsCalls } = context.usage;
  return [
    costLine(context, key, "kms-key", 1, "1 key"),
    costLine(context, key, "kms-calls", kmsCalls, `${kmsCalls} requests`),
  ];
};
