import { isDigest } from "./digest.ts";
import { answerJson, type Exchange } from "./exchange.ts";
import { ociIndexType } from "./manifest.ts";
import type { StoredManifest } from "./registry.ts";
import { RegistryError } from "./registry-error.ts";

/** GET `/v2/<name>/referrers/<digest>`: an index of the manifests with this subject, of one artifact type or all. */
export async function listReferrers(
  { request, response, url, repository }: Exchange,
  digest: string,
): Promise<void> {
  if (request.method !== "GET")
    throw new RegistryError("UNSUPPORTED", `the referrers have no ${request.method}`);
  if (!isDigest(digest)) throw new RegistryError("DIGEST_INVALID", `'${digest}' is no sha256 digest`);
  const wanted = url.searchParams.get("artifactType");
  const manifests = [...repository.manifests.values()]
    .filter(({ subject, artifactType }) => subject === digest && (wanted ?? artifactType) === artifactType)
    .map(describe);
  const applied: Record<string, string> = wanted === null ? {} : { "OCI-Filters-Applied": "artifactType" };
  const index = { schemaVersion: 2, mediaType: ociIndexType, manifests };
  answerJson(response, 200, index, { "Content-Type": ociIndexType, ...applied });
}

function describe({ mediaType, digest, body, artifactType, annotations }: StoredManifest) {
  return { mediaType, digest, size: body.length, artifactType, annotations };
}
