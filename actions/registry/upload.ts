import { Failure } from "../core/failure.ts";
import type { Answer } from "./exchange.ts";
import { type BlobContent, cutIntoParts } from "./oci.ts";
import { RegistryRefusal, Transient } from "./reach.ts";
import { locationOf, type RegistryRequest, type Requester } from "./request.ts";
import type { Scope } from "./token.ts";

/**
 * A blob of up to this many bytes goes in one PUT, a larger one in parts of this size: ECR wants parts of 5 to 10 MiB
 * (ECR service quotas, "Minimum/Maximum layer part size").
 */
const usualPartSize = 10 * 1024 * 1024;
/** A registry that lost an upload twice will lose it again. */
const uploadsPerBlob = 3;
/** A cancelled job has ten seconds to end. */
const abandonWithinMs = 3_000;

type PushBlob = (
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

interface Upload {
  readonly repository: string;
  readonly scopes: readonly Scope[];
  readonly partSize: number;
  /** Whole URL of the next request; every response may return another. */
  location: string;
}

interface Part {
  readonly bytes: Uint8Array;
  /** Offset in the blob. */
  readonly start: number;
  /** Whether the blob is complete with it. */
  readonly last: boolean;
  /** Digest of the whole blob. */
  readonly digest: string;
}

/** The registry no longer knows the upload, or has another position in it than we do. */
class UploadLost extends Failure {}

/** The registry does not accept this blob in parts. */
class PartsRefused extends Failure {}

/** Sends a part; after a failed attempt, only the bytes that the registry does not have. */
async function sendPart(requester: Requester, upload: Upload, part: Part): Promise<void> {
  const end = part.start + part.bytes.length;
  let refusedAt: number | undefined;
  await requester.retry(async (attempt) => {
    const position = attempt === 0 ? part.start : await askPosition(requester, upload, part);
    if (position === "complete" || (position === end && !part.last)) return;
    if (position === refusedAt) throw lost(requester, upload, part);
    try {
      await sendFrom(requester, upload, part, position);
    } catch (error) {
      if (!(error instanceof RegistryRefusal) || error.status === 401 || error.status === 403) throw error;
      const outOfStep = error.status === 404 || error.status === 416;
      if (!outOfStep || (part.start === 0 && attempt === 0))
        throw new PartsRefused(`${error.message}, sent in parts`, { cause: error });
      if (error.status === 404) throw lost(requester, upload, part);
      // The registry may still have been storing bytes of an earlier attempt.
      refusedAt = position;
      throw new Transient(error.message, { cause: error });
    }
  });
}

async function sendFrom(
  { send }: Requester,
  upload: Upload,
  { bytes, start, last, digest }: Part,
  position: number,
): Promise<void> {
  const body = bytes.subarray(position - start);
  const headers = {
    "content-type": "application/octet-stream",
    // Inclusive on both ends and without a unit: distribution-spec v1.1, "Pushing a blob in chunks".
    ...(body.length > 0 ? { "content-range": `${position}-${position + body.length - 1}` } : {}),
  };
  const url = new URL(upload.location);
  if (last) url.searchParams.set("digest", digest);
  const request: RegistryRequest = { method: last ? "PUT" : "PATCH", headers, body };
  const response = await send(upload.scopes, url.href, request);
  response.discard();
  if (!last) moveOn(upload, response);
}

/** Returns how many bytes the registry has: within the part, since everything before it was acknowledged. */
async function askPosition(
  { send, host }: Requester,
  upload: Upload,
  part: Part,
): Promise<number | "complete"> {
  const { bytes, start, last, digest } = part;
  const { repository, scopes, location } = upload;
  try {
    const response = await send(scopes, location);
    response.discard();
    moveOn(upload, response);
    const received = receivedBytes(response);
    // ECR's response stays at the end of the first part (aws/containers-roadmap#2831); the other parts were
    // acknowledged anyway.
    if (received <= start) return start;
    if (received <= start + bytes.length) return received;
  } catch (error) {
    if (!(error instanceof RegistryRefusal)) throw error;
    const init: RegistryRequest = { method: "HEAD", redirect: "manual", expect: [404] };
    const there = async () => (await send(scopes, `/v2/${repository}/blobs/${digest}`, init)).status !== 404;
    // The response to the last request may be the one that got lost.
    if (last && (await there())) return "complete";
  }
  throw lost({ host }, upload, part);
}

function lost(
  { host }: Pick<Requester, "host">,
  { repository }: Upload,
  { start, digest }: Part,
): UploadLost {
  return new UploadLost(
    `The registry ${host} lost the upload of ${digest} to ${repository} at byte ${start}`,
    { nextStep: "run the job again; if it is lost again, contact the operator of the registry." },
  );
}

/**
 * Parses `0-<last byte>`; for an upload without a byte, which the specification does not cover, registries send `0-0`.
 */
function receivedBytes({ header }: Answer): number {
  const last = Number(/-(\d+)$/.exec(header("range") ?? "")?.[1] ?? 0);
  return last === 0 ? 0 : last + 1;
}

function moveOn(upload: Upload, response: Answer): void {
  const location = response.header("location");
  if (location !== undefined) upload.location = new URL(location, response.url).href;
}
