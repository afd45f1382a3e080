/** Knowledge about one type of resource. Each part of the actions reads its columns; none has code of an AWS client. */
export interface TypeRow {
  /** Is undefined for settings, rights and routes, which belong to the cards of others. */
  readonly card?: Card;
  /** Function of `actions/cost` that bills a resource. */
  readonly bill?: BillName;
  /** Why resources of the type are not billed. */
  readonly free?: string;
  readonly name?: Name;
  /** Data that is lost with the resource and cannot be recreated from the template. */
  readonly held?: string;
  /** CloudFormation's DeletionPolicy for a resource that states none; `Delete` if undefined. */
  readonly deletionPolicy?: "Snapshot";
  /** Whether another major version of the property `EngineVersion` changes data in a way that cannot be undone. */
  readonly hasEngine?: true;
  /** Function of `provision-stack` that finds what blocks a deletion. */
  readonly inspect?: "buckets" | "clusters" | "databases" | "images" | "loadBalancers";
}

export type TypeRows = { readonly [type: string]: TypeRow };

type Properties = { readonly [name: string]: unknown };

/** How a diagram shows a resource. */
interface Card {
  /** AWS's name of the service; of a frame, the word before its name. */
  readonly service: string;
  /** A frame has other cards inside. */
  readonly isFrame?: true;
  /** Several in a frame share one card with this title. */
  readonly plural?: string;
  /** A part of the account outside the network. */
  readonly area?: "Access" | "Delivery" | "Observability";
  readonly title?: (properties: Properties) => string;
  readonly details?: (properties: Properties) => string;
  /** Labels of arrows, by the type of a resource that it references. */
  readonly to?: { readonly [type: string]: string };
  /** The same for arrows that lead from that resource to this one. */
  readonly from?: { readonly [type: string]: string };
  /** Only these are shown. */
  readonly only?: (properties: Properties) => boolean;
}

/** Name that no two resources of the type may share. */
interface Name {
  readonly property: string;
  /** Function of `provision-stack` that finds the resource by its name. */
  readonly find: FinderName;
  /** Whether CloudFormation can import a resource by a single identifier. */
  readonly importable?: true;
}

export type BillName =
  | SharedName
  | "elasticIp"
  | "endpoint"
  | "instance"
  | "key"
  | "metricFilter"
  | "natGateway"
  | "scalingPolicy";

export type FinderName =
  | SharedName
  | "application"
  | "deploymentConfig"
  | "deploymentGroup"
  | "function"
  | "identityProvider"
  | "role"
  | "rule"
  | "securityGroup"
  | "subnetGroup"
  | "targetGroup";

/** Types that are both billed and found by their names. */
type SharedName =
  | "alarm"
  | "bucket"
  | "cluster"
  | "codeRepository"
  | "dashboard"
  | "database"
  | "imageRepository"
  | "loadBalancer"
  | "logGroup"
  | "pipeline"
  | "secret"
  | "service"
  | "workstation";

/** Returns the text of a property that the templates show. */
export const text = (value: unknown) => (["string", "number"].includes(typeof value) ? String(value) : "");
