import {
  BatchDeleteImageCommand,
  ECRClient,
  type ImageIdentifier,
  paginateListImages,
} from "@aws-sdk/client-ecr";
import { chunks } from "../../../../core/chunks.ts";
import { Failure } from "../../../../core/failure.ts";
import { note } from "../../../../core/findings.ts";
import { counted } from "../../../../core/summary.ts";
import { type Inspect, inspectEach, lookUpHeld } from "./inspected.ts";

/** Finds repositories with images: without EmptyOnDelete, CloudFormation does not delete them. */
export const inspectImages: Inspect = async ({ clientConfig, signal }, stacks) => {
  const ecr = new ECRClient(clientConfig);
  return inspectEach(stacks, "images", async ({ physicalId: name, stackName, properties }) => {
    const where = `repository ${name} (stack ${stackName})`;
    const { value: images, findings } = await lookUpHeld(where, "RepositoryNotFoundException", () =>
      listImages(ecr, name, signal),
    );
    // A manifest counts once, however many tags it has.
    const digests = new Set((images ?? []).map(({ imageDigest }) => imageDigest));
    if (digests.size === 0) return { findings, emptyings: [] };
    const text = `${where} contains ${counted(digests.size, "image")}`;
    if (String(properties.EmptyOnDelete) === "true")
      return { findings: note(`${text}, which are deleted with it`), emptyings: [] };
    return { findings, emptyings: [{ stackName, text, run: () => empty(ecr, name, signal) }] };
  });
};

/** The maximum of BatchDeleteImage. */
const mostAtOnce = 100;

async function empty(client: ECRClient, repositoryName: string, abortSignal: AbortSignal): Promise<void> {
  // Images of an index can be deleted only after it, so refused ones are tried again.
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const images = await listImages(client, repositoryName, abortSignal);
    if (images.length === 0) return;
    if (images.length >= before)
      throw new Failure(`${images.length} images of repository ${repositoryName} cannot be deleted`, {
        nextStep: `list them: aws ecr list-images --repository-name ${repositoryName}`,
      });
    before = images.length;
    const digests = [...new Set(images.map(({ imageDigest }) => imageDigest))];
    for (const some of chunks(digests, mostAtOnce)) {
      const imageIds = some.map((imageDigest) => ({ imageDigest }));
      await client.send(new BatchDeleteImageCommand({ repositoryName, imageIds }), { abortSignal });
    }
  }
}

async function listImages(
  client: ECRClient,
  repositoryName: string,
  abortSignal: AbortSignal,
): Promise<ImageIdentifier[]> {
  const found: ImageIdentifier[] = [];
  for await (const { imageIds = [] } of paginateListImages({ client }, { repositoryName }, { abortSignal }))
    found.push(...imageIds);
  return found;
}
