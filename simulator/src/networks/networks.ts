import type { Ec2State } from "../services/ec2/state.ts";

export const networkModes = ["enforce", "off"] as const;
export type NetworkMode = (typeof networkModes)[number];

/** Decides who can reach whom in the account's networks. */
export interface Networks {
  readonly mode: NetworkMode;
  /** What decisions read; EC2 sets it when it is created. */
  ec2?: Ec2State;
}

/** Throws if the mode is none of them. */
export function createNetworks(mode: NetworkMode): Networks {
  if (!networkModes.includes(mode))
    throw new Error(`networks "${mode}" is not one of ${networkModes.join(", ")}`);
  return { mode };
}
