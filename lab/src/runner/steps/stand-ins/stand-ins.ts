import { attestBuildProvenance, downloadArtifact, uploadArtifact } from "./artifacts.ts";
import { configureAwsCredentials } from "./configure-aws-credentials.ts";
import { checkout, setupNode } from "./prepare-workspace.ts";
import { setupBuildx } from "./setup-buildx.ts";
import type { StandIn } from "./stand-in.ts";

/** Marketplace actions that this runner implements itself, because it cannot download them from GitHub. */
export const standIns: Record<string, StandIn> = {
  "actions/attest-build-provenance": attestBuildProvenance,
  "actions/checkout": checkout,
  "actions/download-artifact": downloadArtifact,
  "actions/setup-node": setupNode,
  "actions/upload-artifact": uploadArtifact,
  "aws-actions/configure-aws-credentials": configureAwsCredentials,
  "docker/setup-buildx-action": setupBuildx,
};
