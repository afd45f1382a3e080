import { explainAwsError } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import { findPlaceholders } from "../../core/placeholders.ts";
import { connectToRegistry } from "../../registry/client.ts";
import { describeInEcr } from "../../registry/destination/ecr.ts";
import { type ImageName, parseImageName } from "../../registry/image-name.ts";
import type { Container } from "./containers.ts";
import type { RenderContext } from "./context.ts";

/** build-image's own tag, for its next run: it is not for deployments. */
const sourceTag = /^source-[0-9a-f]{40}$/;
/** Enough to recognise a typing error; a repository may have thousands. */
const shownTags = 5;

/** Replaces each container's tag by `repository@sha256:…`; images that cannot be found are added to `faults`. */
export async function pinImages(
  containers: readonly Container[],
  context: RenderContext,
  faults: string[],
): Promise<void> {
  const pinned = new Map<string, Promise<string>>();
  await Promise.all(
    containers.map(async (container) => {
      const { image } = container;
      if (typeof image !== "string" || findPlaceholders(image).length > 0) return;
      const digested = pinned.get(image) ?? pin(image, context);
      pinned.set(image, digested);
      try {
        container.image = await digested;
      } catch (error) {
        faults.push(faultOf(container, image, "pinned", error, context));
      }
    }),
  );
}

async function pin(image: string, context: RenderContext): Promise<string> {
  const name = parseImageName(image);
  if (!name) throw new Failure("it is not a valid image name");
  if (name.digest) return image;
  const found = await findInRegistry(name, context);
  if (found.digest === undefined) throw notFound(name, found.tags);
  const pinned = `${name.repository}@${found.digest}`;
  context.log.info(`Pinned ${image} to ${pinned}`);
  return pinned;
}

function notFound({ host, name, tag }: ImageName, tags: Extract<Found, { digest: undefined }>["tags"]) {
  if (tags === undefined) return new Failure(`${host} does not have the repository ${name}`);
  // Registries list by name, not by age: of versions, these are the newest.
  const sorted = tags
    .filter((each) => !sourceTag.test(each))
    .sort((one, other) => other.localeCompare(one, "en", { numeric: true }));
  const more = sorted.length > shownTags ? ` and ${sorted.length - shownTags} more` : "";
  const offered = sorted.slice(0, shownTags).join(", ") || "no tags at all";
  return new Failure(`${host}/${name} does not have the tag ${tag} (it has ${offered}${more})`);
}

/** The registry's content under an image's name: the digest of its tag or, without one, the existing tags. */
type Found =
  | { readonly digest: string }
  /** Undefined: the repository does not exist. */
  | { readonly digest: undefined; readonly tags: readonly string[] | undefined };

async function findInRegistry({ host, name, tag }: ImageName, context: RenderContext): Promise<Found> {
  const registry = await connectToRegistry(host, context);
  const manifest = await registry.getManifest(name, tag);
  return manifest ? { digest: manifest.digest } : { digest: undefined, tags: await registry.listTags(name) };
}

/**
 * Matches `ecr://<repository>@sha256:…`, or with a tag: an image of the job's own account and region, in the form that
 * build-image outputs for other jobs.
 */
const pattern = /^ecr:\/\/([a-z0-9]+(?:[._/-][a-z0-9]+)*)((?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?)$/;

/** Replaces `ecr://` by the registry's address; images that cannot be found are added to `faults`. */
export async function locateEcrImages(
  containers: readonly Container[],
  context: RenderContext,
  faults: string[],
): Promise<void> {
  const uris = new Map<string, Promise<string>>();
  for (const container of containers) {
    const { image } = container;
    if (typeof image !== "string" || !image.startsWith("ecr://")) continue;
    const [, repository, version] = pattern.exec(image) ?? [];
    try {
      if (repository === undefined || !version)
        throw new Failure("expected ecr://<repository>@sha256:… or ecr://<repository>:<tag>");
      const uri = uris.get(repository) ?? uriOf(repository, context);
      uris.set(repository, uri);
      container.image = (await uri) + version;
    } catch (error) {
      faults.push(faultOf(container, image, "found", error, context));
    }
  }
}

async function uriOf(name: string, context: RenderContext): Promise<string> {
  const repository = await describeInEcr(await context.createEcr(), { registry: "ecr", name }, context);
  if (repository?.repositoryUri) return repository.repositoryUri;
  throw new Failure(`ECR repository "${name}" does not exist in this account and region`);
}

/** Returns why an image cannot be used; throws any other error. */
function faultOf(
  { name }: Container,
  image: string,
  done: string,
  error: unknown,
  { signal }: RenderContext,
) {
  const said = error instanceof Failure ? error : explainAwsError(error);
  if (signal.aborted || !said) throw error;
  return `The image ${image} of the container "${name}" cannot be ${done}: ${said.message}`;
}
