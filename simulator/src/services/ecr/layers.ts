import type { ECR } from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import type { EcrState } from "./state.ts";

/** Lifetime of the URL that AWS signs; ECR's documentation does not state it. */
const urlLifetimeMs = 60 * 60 * 1000;

export function layerOperations({ environment, find }: EcrState): Operations<ECR> {
  return {
    /** Returns a URL for a layer or a configuration that needs no credentials; AWS signs a URL of S3. */
    getDownloadUrlForLayer(input) {
      const { images, description } = find(input);
      const { layerDigest = "" } = input;
      const { clock, gateway, registry } = environment;
      if (!images.blobs.has(layerDigest))
        throw new AwsError(
          "LayersNotFoundException",
          `The layer with digest '${layerDigest}' does not exist within the repository with name '${description.repositoryName}' in the registry with id '${description.registryId}'`,
        );
      const token = registry.issueToken(new Date(clock.now().getTime() + urlLifetimeMs));
      const url = new URL(`http://${gateway.host}:${gateway.port}/v2/${images.name}/blobs/${layerDigest}`);
      url.searchParams.set("X-Amz-Signature", token);
      return { downloadUrl: url.href, layerDigest };
    },
  };
}
