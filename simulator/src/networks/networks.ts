import type { Socket } from "../runtime/network.ts";
import type { Ec2State } from "../services/ec2/state.ts";

/** @internal */
export const networkModes = ["enforce", "off"] as const;
export type NetworkMode = (typeof networkModes)[number];

/** The network interface of a task. */
export interface NetworkInterface {
  readonly subnetId: string;
  readonly address: string;
  readonly groupIds: readonly string[];
  readonly hasPublicAddress: boolean;
}

/** Interfaces of which only the subnets are known: a load balancer's nodes, or that of a DB instance. */
export interface Place {
  readonly subnetIds: readonly string[];
  readonly groupIds: readonly string[];
}

/** A DB instance. */
export interface Database extends Place {
  readonly vpcId: string;
  /** Its port on AWS. */
  readonly port: number;
  /** Whether its name is a public address outside its VPC. */
  readonly isPublic: boolean;
}

/** Decides who can reach whom in the account's networks. */
export interface Networks {
  readonly mode: NetworkMode;
  /** State that decisions read; EC2 sets it when it is created. */
  ec2?: Ec2State;
  /** Interfaces of tasks by their private address, which no other task has. Empty if the mode is `off`. */
  readonly interfaces: Map<string, NetworkInterface>;
  /** Returns the DB instance whose server has this socket; RDS sets it when it is created. */
  databaseAt?: (socket: Socket) => Database | undefined;
  /** Shows the operator a decision, once. */
  readonly report: (message: string) => void;
}

/** Throws if the mode is none of them. */
export function createNetworks(mode: NetworkMode, warn: (message: string) => void): Networks {
  if (!networkModes.includes(mode))
    throw new Error(`networks "${mode}" is not one of ${networkModes.join(", ")}`);
  const reported = new Set<string>();
  const report = (message: string) => {
    if (!reported.has(message)) warn(`networks: ${message}`);
    reported.add(message);
  };
  return { mode, interfaces: new Map(), report };
}
