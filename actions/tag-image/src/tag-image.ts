import { Failure } from "../../core/failure.ts";
import { type FetchedManifest, putTag } from "../../registry/client.ts";
import { type Destination, openElsewhere } from "../../registry/destination/destination.ts";
import type { RepositoryName } from "../../registry/destination/repository-name.ts";
import type { RegistryContext } from "../../registry/ecr-login.ts";
import { RegistryRefusal } from "../../registry/reach.ts";
import type { TagInputs } from "./inputs.ts";

export type TaggedImage = Awaited<ReturnType<typeof tagImage>>;

/** Pushes the image's manifest under each tag that is not on it: nothing is built, pulled or sent but the manifest. */
export async function tagImage({ image, tags }: TagInputs, context: RegistryContext) {
  const repository = await openRepository(image.repository, context);
  const manifest = await findImage(repository, image.version);
  const { digest } = manifest;
  const looked = await readTags(repository, digest, tags);
  const done: string[] = [];
  // One after the other, so that an error can say which tags were pushed.
  for (const each of looked) {
    if (each.before === digest) context.log.info(`${each.tag} already points to ${digest}`);
    else {
      await put(repository, manifest, each.tag).catch((error) => {
        throw context.signal.aborted ? error : withDone(error, done);
      });
      done.push(each.tag);
      context.log.info(`Set ${each.tag} to ${digest}${each.before ? `; it pointed to ${each.before}` : ""}`);
    }
  }
  // The previous image of each tag; a tag that was on the image already was left.
  return { image: `${repository.uri}@${digest}`, digest, tags: looked };
}

async function put(repository: Destination, manifest: FetchedManifest, tag: string): Promise<void> {
  const { digest: now } = await putTag(repository, manifest, tag);
  if (now !== manifest.digest) throw takenFailure(repository, manifest.digest, [{ tag, before: now }]);
}

function withDone(error: unknown, done: readonly string[]): unknown {
  if (done.length === 0 || !(error instanceof Failure)) return error;
  const { message, nextStep } = error;
  return new Failure(`${message}; set before that: ${done.join(", ")}`, {
    ...(nextStep !== undefined && { nextStep }),
    cause: error,
  });
}

/** Returns the manifest under a digest or a tag, which may be an index, with the registry's bytes. */
async function findImage(repository: Destination, version: string): Promise<FetchedManifest> {
  const { registry, name, host, uri } = repository;
  const manifest = await registry.getManifest(name, version);
  if (manifest) return manifest;
  if (!(await isThere(repository)))
    throw new Failure(`The registry ${host} does not have the repository ${name}`, {
      nextStep: "correct the input image; nothing was changed.",
    });
  const isDigest = version.includes(":");
  throw new Failure(`${uri} has no image ${isDigest ? version : `with the tag ${version}`}`, {
    nextStep: `check ${isDigest ? "the digest, and whether a lifecycle policy removed the image" : "the tag"}, or build the image (build-image); nothing was changed.`,
  });
}

/** Returns true also where tags may not be listed: then only the image is known to be missing. */
async function isThere({ registry, name }: Destination): Promise<boolean> {
  try {
    return (await registry.listTags(name)) !== undefined;
  } catch (error) {
    if (error instanceof RegistryRefusal) return true;
    throw error;
  }
}

export interface LookedAt {
  readonly tag: string;
  /** Digest of its current image; undefined when the tag does not exist. */
  readonly before: string | undefined;
}

/** Reads each tag's current image. Throws when a tag is on another image, and cannot be moved. */
async function readTags(
  repository: Destination,
  digest: string,
  tags: readonly string[],
): Promise<LookedAt[]> {
  const { registry, name, isImmutable } = repository;
  const found = await Promise.all(tags.map((tag) => registry.getManifest(name, tag)));
  const looked = tags.map((tag, index) => ({ tag, before: found[index]?.digest }));
  const taken = looked.filter(
    ({ tag, before }) => before !== undefined && before !== digest && isImmutable(tag),
  );
  if (taken.length > 0) throw takenFailure(repository, digest, taken);
  return looked;
}

/** Explains tags that the repository does not move. */
function takenFailure({ uri }: Destination, digest: string, taken: readonly LookedAt[]): Failure {
  const tags = taken.map(({ tag, before }) => `${tag} (on ${before})`).join(", ");
  return new Failure(
    `${uri} does not allow moving tags from another image: ${tags}; this image is ${digest}`,
    { nextStep: "use a tag that no image has, or exclude this tag from the repository's tag immutability." },
  );
}

/** Logs in to the repository's registry. Only ECR reports a missing repository at this point. */
async function openRepository(name: RepositoryName, context: RegistryContext): Promise<Destination> {
  switch (name.registry) {
    // Code that calls AWS is loaded only where it is needed.
    case "ecr": {
      const { findInEcr, missingInEcr } = await import("../../registry/destination/ecr.ts");
      const { repository, open } = await findInEcr(name, context);
      if (!repository) throw missingInEcr(name, nextStep);
      return open(repository);
    }
    case "other":
      return openElsewhere(name, context);
  }
}

const nextStep = "correct the input image, or log in to the account of that repository; nothing was changed.";
