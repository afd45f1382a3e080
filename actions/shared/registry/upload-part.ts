import { Failure } from "../failure.ts";
import type { Answer } from "./exchange.ts";
import { Transient } from "./reach.ts";
import { RegistryRefusal } from "./refusal.ts";
import type { RegistryRequest, Requester } from "./request.ts";
import type { Scope } from "./token.ts";

export interface Upload {
  readonly repository: string;
  readonly scopes: readonly Scope[];
  readonly partSize: number;
  /** Whole URL of the next request; every response may return another. */
  location: string;
}

export interface Part {
  readonly bytes: Uint8Array;
  /** Offset in the blob. */
  readonly start: number;
  /** Whether the blob is complete with it. */
  readonly last: boolean;
  /** Digest of the whole blob. */
  readonly digest: string;
}

/** The registry no longer knows the upload, or has another position in it than we do. */
export class UploadLost extends Failure {}

/** The registry does not accept this blob in parts. */
export class PartsRefused extends Failure {}

/** Sends a part; after a failed attempt, only the bytes that the registry does not have. */
export async function sendPart(requester: Requester, upload: Upload, part: Part): Promise<void> {
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
    {
      nextStep: "run the job again; if it is lost again, contact the operator of the registry.",
    },
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
