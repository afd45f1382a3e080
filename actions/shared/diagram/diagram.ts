/** Contents of a drawing, before the layout: frames in frames, cards in them, arrows between both. */
export interface Diagram {
  /** The first is the frame around all others; each comes after the one that it is in. */
  readonly groups: readonly DiagramGroup[];
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
}

export interface DiagramGroup {
  readonly id: string;
  /** Id of the frame around it. */
  readonly parent: string | undefined;
  readonly kind: GroupKind;
  readonly title: string;
  readonly details: readonly string[];
}

export interface DiagramNode {
  readonly id: string;
  /** Id of its frame; undefined outside of AWS. */
  readonly group: string | undefined;
  /** AWS's name: `Amazon ECR`. */
  readonly service: string;
  readonly icon: Icon;
  readonly title: string;
  readonly details: readonly string[];
  /** Template and logical id of each resource that it represents, as `registry/CustomerRepository`. */
  readonly resources: readonly string[];
}

export interface DiagramEdge {
  /** Ids of nodes or groups. */
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** The connection exists only after a deployment. */
  readonly isDashed: boolean;
  /** Best drawn with its end before its start: its source existed before, such as an image. */
  readonly isUpward: boolean;
}

export type GroupKind =
  | "account"
  | "area"
  | "cluster"
  | "load-balancer"
  | "private-subnets"
  | "public-subnets"
  | "subnets"
  | "vpc";

export type Icon =
  | "alarm"
  | "bucket"
  | "chart"
  | "commit"
  | "database"
  | "deployment"
  | "endpoint"
  | "event"
  | "gateway"
  | "identity"
  | "key"
  | "listener"
  | "log"
  | "people"
  | "pipeline"
  | "registry"
  | "repository"
  | "role"
  | "scaling"
  | "secret"
  | "server"
  | "targets"
  | "tasks"
  | "terminal";

/** Returns the id of a template's resource. */
export function idOf({
  template,
  logicalId,
}: {
  readonly template: string;
  readonly logicalId: string;
}): string {
  return `${template}/${logicalId}`;
}
