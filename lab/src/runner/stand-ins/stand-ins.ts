import { checkout } from "./checkout.ts";
import { configureAwsCredentials } from "./configure-aws-credentials.ts";
import { setupNode } from "./setup-node.ts";
import type { StandIn } from "./stand-in.ts";

/** Marketplace actions that this runner performs by itself, for want of GitHub to get them from. */
export const standIns: Record<string, StandIn> = {
  "actions/checkout": checkout,
  "actions/setup-node": setupNode,
  "aws-actions/configure-aws-credentials": configureAwsCredentials,
};
