import type { EvaluatedResource } from "../cloudformation/resources.ts";
import type { GroupKind, Icon } from "./diagram.ts";
import type { DrawnResources } from "./drawn-resources.ts";

/** How a resource of a type is drawn. */
export type Drawing = GroupDrawing | NodeDrawing | EdgeDrawing | FoldedDrawing;

interface GroupDrawing {
  readonly as: "group";
  readonly kind: GroupKind;
  /** Written before the name. */
  readonly service: string;
  /** The property with the resource's name, or `Tags`; without one, the logical id is the name. */
  readonly name?: string;
  readonly place: Place;
}

export interface NodeDrawing {
  readonly as: "node";
  readonly service: string;
  readonly icon: Icon;
  readonly name?: string;
  /** Returns the title where no property has a name. */
  readonly title?: (resource: EvaluatedResource, resources: DrawnResources) => string;
  readonly place: Place;
  readonly details?: (resource: EvaluatedResource, resources: DrawnResources) => readonly string[];
  /** Title of one card for several resources with the same part. */
  readonly plural?: string;
  /** Only these are drawn, the others folded. */
  readonly only?: (resource: EvaluatedResource, resources: DrawnResources) => boolean;
}

/** Rules for a resource's place; the first known one counts. */
export interface Place {
  /** The path of a property that references what it is part of, such as the cluster of a service. */
  readonly within?: string;
  readonly withinOf?: Related;
  readonly subnets?: string | readonly string[];
  /** It is in the subnets of these. */
  readonly aroundOf?: Related;
  /** It is in the same frame as these. */
  readonly beside?: Related;
  readonly vpc?: string;
  readonly area?: Area;
}

type Related = (resource: EvaluatedResource, resources: DrawnResources) => readonly EvaluatedResource[];

type Area = "Access" | "Delivery" | "Observability";

interface EdgeDrawing {
  readonly as: "edge";
}

interface FoldedDrawing {
  readonly as: "folded";
  /** The resource that shows it instead, or why nothing does. */
  readonly into: string;
}

export const edge: EdgeDrawing = { as: "edge" };

export function folded(into: string): FoldedDrawing {
  return { as: "folded", into };
}

export function node(
  service: string,
  icon: Icon,
  place: Place,
  more: Partial<NodeDrawing> = {},
): NodeDrawing {
  return { as: "node", service, icon, place, ...more };
}

export function group(service: string, kind: GroupKind, name: string, place: Place = {}): GroupDrawing {
  return { as: "group", kind, service, name, place };
}
