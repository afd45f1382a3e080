import { type BlobContent, cutIntoParts } from "./oci.ts";
import { locationOf, type RegistryRequest, type Requester } from "./request.ts";
import type { Scope } from "./token.ts";
import { PartsRefused, sendPart, type Upload, UploadLost } from "./upload-part.ts";

/**
 * A blob of up to this many bytes goes in one PUT, a larger one in parts of this size: ECR wants parts of 5 to 10 MiB
 * (ECR service quotas, "Minimum/Maximum layer part size").
 */
const usualPartSize = 10 * 1024 * 1024;
/** A registry that lost an upload twice will lose it again. */
const uploadsPerBlob = 3;
/** A cancelled job has ten seconds to end. */
const abandonWithinMs = 3_000;

export type PushBlob = (
  repository: string,
  blob: BlobContent,
  mountFrom?: string,
) => Promise<"mounted" | "uploaded">;

/**
 * Pushes a blob by POST, then PUT of the whole or PATCHes and a PUT of the last part: distribution-spec v1.1, "Pushing
 * blobs". With `mountFrom`, another repository of the registry, the registry is first asked to mount the blob from
 * there. An interrupted upload continues at the registry's position, or begins again; a permanent failure leaves no
 * upload behind.
 */
export function createPushBlob(requester: Requester): PushBlob {
  const { retry, log } = requester;
  // Some do not, such as ghcr.io, which accepts a whole blob of any size, but no part of more than 4 MiB.
  let takesParts = true;

  const inParts = async (begin: Begin, blob: BlobContent) => {
    for (let uploads = 1; ; uploads += 1)
      try {
        return await use(requester, await retry(begin), (upload) => sendParts(requester, upload, blob));
      } catch (error) {
        if (!(error instanceof UploadLost) || uploads === uploadsPerBlob) throw error;
        log.info(`${error.message}; it starts again`);
      }
  };
  const asWhole = (begin: Begin, blob: BlobContent) =>
    retry(async () => use(requester, await begin(), (upload) => sendWhole(requester, upload, blob)));

  return async (repository, blob, mountFrom) => {
    const begin = () => beginUpload(requester, repository, blob.digest, mountFrom);
    if (!takesParts || blob.size <= usualPartSize) return asWhole(begin, blob);
    try {
      return await inParts(begin, blob);
    } catch (error) {
      if (!(error instanceof PartsRefused)) throw error;
      takesParts = false;
      log.info(`${error.message}; it is sent as a whole`);
      return asWhole(begin, blob);
    }
  };
}

type Begin = () => Promise<Upload | "mounted">;

async function beginUpload(
  { send }: Requester,
  repository: string,
  digest: string,
  mountFrom: string | undefined,
): Promise<Upload | "mounted"> {
  const scopes: Scope[] = [{ repository, access: "push" }];
  if (mountFrom !== undefined) scopes.push({ repository: mountFrom, access: "pull" });
  const query = mountFrom === undefined ? "" : `?${new URLSearchParams({ mount: digest, from: mountFrom })}`;
  const response = await send(scopes, `/v2/${repository}/blobs/uploads/${query}`, { method: "POST" });
  response.discard();
  if (response.status === 201) return "mounted";
  const smallest = Number(response.header("oci-chunk-min-length") ?? 0) || 0;
  return {
    repository,
    scopes,
    location: locationOf(response),
    partSize: Math.max(usualPartSize, smallest),
  };
}

/** Ends the upload that was begun, successfully or not. */
async function use(
  { send }: Requester,
  upload: Upload | "mounted",
  run: (upload: Upload) => Promise<void>,
): Promise<"mounted" | "uploaded"> {
  if (upload === "mounted") return upload;
  try {
    await run(upload);
    return "uploaded";
  } catch (error) {
    const request: RegistryRequest = { method: "DELETE", signal: AbortSignal.timeout(abandonWithinMs) };
    // Registries remove unfinished uploads on their own; the original error is the one to report.
    await send(upload.scopes, upload.location, request).catch(() => {});
    throw error;
  }
}

async function sendWhole(
  { send }: Requester,
  { scopes, location }: Upload,
  blob: BlobContent,
): Promise<void> {
  const url = new URL(location);
  url.searchParams.set("digest", blob.digest);
  const headers = { "content-type": "application/octet-stream", "content-length": String(blob.size) };
  const response = await send(scopes, url.href, { method: "PUT", headers, body: blob.open });
  response.discard();
}

async function sendParts(
  requester: Requester,
  upload: Upload,
  { open, digest, size }: BlobContent,
): Promise<void> {
  const content = cutIntoParts(open());
  const read = () => {
    const part = content.read(upload.partSize);
    // It is awaited when its turn comes; until then its failure must not be unhandled.
    part.catch(() => {});
    return part;
  };
  try {
    let next = read();
    for (let start = 0; start < size; ) {
      const bytes = await next;
      // While a part is sent, the next one is read.
      next = read();
      await sendPart(requester, upload, { bytes, start, last: start + bytes.length >= size, digest });
      start += bytes.length;
    }
  } finally {
    await content.end();
  }
}
