import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { idOf } from "../diagram.ts";
import type { DrawnResources } from "../drawn-resources.ts";

/** One end of an arrow: a resource, or something outside. */
export type End = EvaluatedResource | External | Implied | Frame | Existing;

/** A user of the drawn resources. */
export interface External {
  readonly external: "visitors" | "github";
}

/** A resource that AWS creates along with another. */
export interface Implied {
  readonly secretOf: EvaluatedResource;
}

/** Everything in the frame of a subnet. */
interface Frame {
  readonly aroundSubnet: EvaluatedResource;
}

/** A resource that exists in the account already, by its name. */
export interface Existing {
  readonly existingDatabase: string;
}

export interface EdgeDraft {
  readonly from: End;
  readonly to: End;
  readonly label: string;
  readonly isDashed?: boolean;
  readonly isUpward?: boolean;
}

/** Finds all arrows of a kind. */
export type FindEdges = (resources: DrawnResources) => EdgeDraft[];

export const visitors: External = { external: "visitors" };
export const github: External = { external: "github" };

interface ResourceEdge extends EdgeDraft {
  readonly from: EvaluatedResource;
  readonly to: EvaluatedResource;
}

/** Returns arrows from each resource of a type to the targets at the path. */
export function edgesAlong(
  resources: DrawnResources,
  type: string,
  path: string,
  types: readonly string[],
  label: (from: EvaluatedResource, to: EvaluatedResource) => string,
): ResourceEdge[] {
  return resources
    .ofType(type)
    .flatMap((from) =>
      resources.targetsAt(from, path, types).map((to) => ({ from, to, label: label(from, to) })),
    );
}

export function reversed(edges: readonly EdgeDraft[]): EdgeDraft[] {
  return edges.map(({ from, to, ...edge }) => ({ ...edge, from: to, to: from }));
}

export function endId(end: End): string {
  if ("external" in end) return end.external;
  if ("existingDatabase" in end) return `existing ${end.existingDatabase}`;
  if ("secretOf" in end) return `${idOf(end.secretOf)}.MasterUserSecret`;
  return idOf("aroundSubnet" in end ? end.aroundSubnet : end);
}
