import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { type CostLine, type CostWorld, costLine } from "../cost-line.ts";

const kbOfGb = 1024 ** 2;

/** Bills the responses to this share of all requests. Incoming data, and data within a zone, is free. */
export function billDataOut(resource: EvaluatedResource, world: CostWorld, share: number): CostLine {
  const { requests, responseKb } = world.usage;
  const gb = (requests * share * responseKb) / kbOfGb;
  return costLine(world, resource, "data-out", gb, `${requests * share} responses × ${responseKb} KB`);
}
