import { type InputReader, readInputs } from "../../shared/inputs.ts";
import { readTagNames } from "../../shared/registry/tag-names.ts";
import { type ImageReference, parseImageReference } from "./image-reference.ts";

export interface TagInputs {
  readonly image: ImageReference;
  /** At least one, each once. */
  readonly tags: readonly string[];
}

export function readTagInputs(getInput?: (name: string) => string): TagInputs {
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
