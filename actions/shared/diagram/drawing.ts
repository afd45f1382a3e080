import type { EvaluatedResource } from "../cloudformation/resources.ts";
import type { GroupKind, Icon } from "./diagram.ts";
import type { DrawnResources } from "./drawn-resources.ts";

/** What a resource of a type becomes. */
export type Drawing = GroupDrawing | NodeDrawing | EdgeDrawing | FoldedDrawing;

export interface GroupDrawing {
  readonly as: "group";
  readonly kind: GroupKind;
  /** Said before the name. */
  readonly service: string;
  /** The property that holds the resource's name, or `Tags`; its logical id without one. */
  readonly name?: string;
  readonly place: Place;
}

export interface NodeDrawing {
  readonly as: "node";
  readonly service: string;
  readonly icon: Icon;
  readonly name?: string;
  /** Where no property holds a name. */
  readonly title?: (resource: EvaluatedResource, resources: DrawnResources) => string;
  readonly place: Place;
  readonly details?: (resource: EvaluatedResource, resources: DrawnResources) => readonly string[];
  /** What several are that play the same part, and so are one card. */
  readonly plural?: string;
  /** Only these are drawn, the others folded. */
  readonly only?: (resource: EvaluatedResource, resources: DrawnResources) => boolean;
}

/** What tells where a resource is; of several, the first that is known counts. */
export interface Place {
  /** The path of a property that names what it is part of, such as the cluster of a service. */
  readonly within?: string;
  readonly withinOf?: Related;
  readonly subnets?: string | readonly string[];
  /** It is in the subnets of these. */
  readonly aroundOf?: Related;
  /** It is in the frame that these are in. */
  readonly beside?: Related;
  readonly vpc?: string;
  readonly area?: Area;
}

export type Related = (
  resource: EvaluatedResource,
  resources: DrawnResources,
) => readonly EvaluatedResource[];

export type Area = "Access" | "Delivery" | "Observability";

export interface EdgeDrawing {
  readonly as: "edge";
}

export interface FoldedDrawing {
  readonly as: "folded";
  /** What shows it instead, or why nothing does. */
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
