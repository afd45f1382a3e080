import { attestBuildProvenance, downloadArtifact, uploadArtifact } from "./artifacts.ts";
import { cacheActions } from "./cache.ts";
import { configureAwsCredentials } from "./configure-aws-credentials.ts";
import { buildPush, setupBuildx, setupQemu } from "./docker-build.ts";
import { amazonEcrLogin, dockerLogin } from "./docker-login.ts";
import { dockerMetadata } from "./docker-metadata.ts";
import { githubScript } from "./github-script.ts";
import { installedTools } from "./installed-tools.ts";
import { checkout, setupNode } from "./prepare-workspace.ts";
import type { StandIn } from "./stand-in.ts";

/** Marketplace actions that this runner implements itself, because it cannot download them from GitHub. */
export const standIns: Record<string, StandIn> = {
  "actions/attest-build-provenance": attestBuildProvenance,
  "actions/checkout": checkout,
  "actions/download-artifact": downloadArtifact,
  "actions/github-script": githubScript,
  "actions/setup-node": setupNode,
  "actions/upload-artifact": uploadArtifact,
  "aws-actions/amazon-ecr-login": amazonEcrLogin,
  "aws-actions/configure-aws-credentials": configureAwsCredentials,
  "docker/build-push-action": buildPush,
  "docker/login-action": dockerLogin,
  "docker/metadata-action": dockerMetadata,
  "docker/setup-buildx-action": setupBuildx,
  "docker/setup-qemu-action": setupQemu,
  ...cacheActions,
  ...installedTools,
};
