import { Failure } from "../../shared/failure.ts";
import type { FetchedManifest } from "../../shared/registry/client.ts";
import { RegistryRefusal } from "../../shared/registry/refusal.ts";
import type { Repository } from "./open-repository.ts";

/** Returns the manifest under a digest or a tag, which may be an index, with the registry's bytes. */
export async function findImage(repository: Repository, version: string): Promise<FetchedManifest> {
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
async function isThere({ registry, name }: Repository): Promise<boolean> {
  try {
    return (await registry.listTags(name)) !== undefined;
  } catch (error) {
    if (error instanceof RegistryRefusal) return true;
    throw error;
  }
}
