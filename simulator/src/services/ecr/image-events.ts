import type { StoredManifest } from "../../runtime/registry/registry.ts";
import type { EcrState, RepositoryRecord } from "./state.ts";

interface ImageAction {
  readonly action: "PUSH" | "DELETE";
  readonly manifest: StoredManifest;
  readonly tag: string;
}

/**
 * Sends an event to the default bus for every tag of an image that was pushed or deleted. A push without a change sends
 * none. Source of the shape: ECR user guide, "Amazon ECR events and EventBridge".
 */
export function reportImageAction(
  { environment: { aws, accountId, warn } }: EcrState,
  { description: { registryId, repositoryName } }: RepositoryRecord,
  { action, manifest, tag }: ImageAction,
): void {
  // Events of another account's registry are sent to that account's bus.
  if (registryId !== accountId) return;
  const detail = {
    result: "SUCCESS",
    "repository-name": repositoryName,
    "image-digest": manifest.digest,
    "action-type": action,
    "manifest-media-type": manifest.mediaType,
    "artifact-media-type": manifest.artifactType,
    "image-tag": tag,
  };
  const entry = { Source: "aws.ecr", DetailType: "ECR Image Action", Detail: JSON.stringify(detail) };
  // A push does not wait for the event's subscribers.
  aws.events
    .putEvents({ Entries: [entry] })
    .catch((error) => warn(`no event was sent for ${repositoryName}:${tag}: ${(error as Error).message}`));
}
