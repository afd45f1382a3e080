import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { BlobStore } from "./blob-store.ts";
import { isDigest } from "./digest.ts";
import { answer, type Exchange } from "./exchange.ts";
import { RegistryError } from "./registry-error.ts";

/** HEAD and GET of `/v2/<name>/blobs/<digest>`, whole or one range of bytes. */
export async function serveBlob(exchange: Exchange, digest: string): Promise<void> {
  const { request, response, repository, store, blobLocation } = exchange;
  if (!isDigest(digest)) throw new RegistryError("DIGEST_INVALID", `'${digest}' is no sha256 digest`);
  if (request.method === "DELETE")
    throw new RegistryError("UNSUPPORTED", "ECR removes layers automatically when no image refers to them");
  if (request.method !== "GET" && request.method !== "HEAD")
    throw new RegistryError("UNSUPPORTED", `a blob has no ${request.method}`);
  const size = repository.blobs.get(digest);
  if (size === undefined)
    throw new RegistryError(
      "BLOB_UNKNOWN",
      `the blob ${digest} is unknown in the repository ${repository.name}`,
    );
  const location = blobLocation(digest);
  if (location !== undefined)
    return answer(response, 307, { Location: location, "Docker-Content-Digest": digest });
  await sendBlob(request, response, { digest, size, store });
}

/** Sends the bytes, or the part of them that `Range` requests. */
export async function sendBlob(
  request: IncomingMessage,
  response: ServerResponse,
  { digest, size, store }: { digest: string; size: number; store: Pick<BlobStore, "read"> },
): Promise<void> {
  const headers = {
    "Accept-Ranges": "bytes",
    "Content-Type": "application/octet-stream",
    "Docker-Content-Digest": digest,
  };
  if (request.method === "HEAD") return answer(response, 200, { ...headers, "Content-Length": size });
  const range = parseRange(request.headers.range, size);
  if (range === "unsatisfiable") return answer(response, 416, { "Content-Range": `bytes */${size}` });
  const partial = range && {
    "Content-Range": `bytes ${range.start}-${range.end}/${size}`,
    "Content-Length": range.end - range.start + 1,
  };
  response.writeHead(partial ? 206 : 200, { "Content-Length": size, ...headers, ...partial });
  await pipeline(store.read(digest, range), response);
}

/** RFC 9110 §14.2: an unknown range, or several, is ignored. */
function parseRange(header: string | undefined, size: number) {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? ("unsatisfiable" as const) : { start, end };
}
