import { type InputReader, readInputs } from "../../core/inputs.ts";
import {
  parseRepositoryName,
  type RepositoryName,
  readTagNames,
} from "../../registry/destination/repository-name.ts";

export type TagInputs = ReturnType<typeof readTagInputs>;

export function readTagInputs(getInput?: (name: string) => string) {
  return readInputs((read) => {
    read.required("tags");
    return { image: readImage(read), tags: [...new Set(readTagNames(read, "tags"))] };
  }, getInput);
}

function readImage(read: InputReader): ImageReference {
  const given = read.required("image");
  const image = parseImageReference(given);
  if (given && !image)
    read.problem(
      `Input image is "${given}"; expected ecr://<repository> or <host>/<name>, then @sha256:… or :<tag>`,
    );
  return image ?? { repository: { registry: "ecr", name: given }, version: "" };
}

/** One image of a repository. */
interface ImageReference {
  readonly repository: RepositoryName;
  /** Digest, or the tag of an image given without digest. */
  readonly version: string;
}

// Tags by OCI distribution-spec v1.1, the digest by OCI image-spec v1.1 descriptor.md.
const pattern = /^(ecr:\/\/)?(.+?)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

/**
 * Parses `ecr://<repository>` or `<host>/<name>`, then tag or digest; as for Docker, the digest decides where there are
 * both. A bare name without `ecr://` is refused: it means Docker Hub for Docker, and ECR for build-image.
 */
function parseImageReference(text: string): ImageReference | undefined {
  const [, scheme, name = "", tag, digest] = pattern.exec(text) ?? [];
  const repository = parseRepositoryName(name);
  const version = digest ?? tag;
  if (!repository || version === undefined) return undefined;
  const isBare = repository.registry === "ecr" && repository.elsewhere === undefined;
  return isBare === (scheme !== undefined) ? { repository, version } : undefined;
}
