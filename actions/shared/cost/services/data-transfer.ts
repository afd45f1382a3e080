import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { type CostContext, type CostLine, costLine } from "../cost-line.ts";

const kbOfGb = 1024 ** 2;

/** Bills the responses to this share of all requests. Incoming data, and data within a zone, is free. */
export function billDataOut(resource: EvaluatedResource, context: CostContext, share: number): CostLine {
  const { requests, responseKb } = context.usage;
  const gb = (requests * share * responseKb) / kbOfGb;
  return costLine(context, resource, "data-out", gb, `${requests * share} responses × ${responseKb} KB`);
}
