import type { ServerResponse } from "node:http";
import type { Upload } from "./blob-store.ts";
import { answer, type Exchange } from "./exchange.ts";
import { isDigest } from "./manifest.ts";
import { RegistryError } from "./registry.ts";

/** `/v2/<name>/blobs/uploads/`, and the uploads below it. */
export function serveUploads(exchange: Exchange, id: string): Promise<void> {
  return id === "" ? startUpload(exchange) : continueUpload(exchange, id);
}

/** POST: mount from another repository, whole blob at once, or a session for chunks. */
async function startUpload(exchange: Exchange): Promise<void> {
  const { request, response, url, repository, store } = exchange;
  if (request.method !== "POST") throw new RegistryError("UNSUPPORTED", "an upload starts with POST");
  if (mount(exchange)) return;
  const digest = url.searchParams.get("digest");
  if (digest === null) return answerProgress(response, 202, await store.startUpload(repository.name));
  assertDigest(digest);
  const upload = await store.startUpload(repository.name);
  try {
    await upload.append(request);
    await finish(exchange, upload, digest);
  } catch (error) {
    // The client does not know of this upload and could not continue it.
    await upload.cancel();
    throw error;
  }
}

/** PATCH, PUT, GET and DELETE of one upload. */
async function continueUpload(exchange: Exchange, id: string): Promise<void> {
  const { request, response, url, repository, store } = exchange;
  const upload = store.upload(id);
  if (upload?.repository !== repository.name)
    throw new RegistryError(
      "BLOB_UPLOAD_UNKNOWN",
      `the upload ${id} is unknown in the repository ${repository.name}`,
    );
  switch (request.method) {
    case "GET":
      await upload.settled();
      return answerProgress(response, 204, upload);
    case "DELETE":
      await upload.cancel();
      return answer(response, 204);
    case "PATCH":
      if (!continues(exchange, upload)) return answerProgress(response, 416, upload);
      await upload.append(request);
      return answerProgress(response, 202, upload);
    case "PUT": {
      const digest = assertDigest(url.searchParams.get("digest"));
      if (!continues(exchange, upload)) return answerProgress(response, 416, upload);
      await upload.append(request);
      return finish(exchange, upload, digest);
    }
    default:
      throw new RegistryError("UNSUPPORTED", `${request.method} is not a step of an upload`);
  }
}

function mount({ response, url, repository, mountable }: Exchange): boolean {
  const digest = url.searchParams.get("mount");
  const size = digest === null ? undefined : mountable(digest, url.searchParams.get("from"));
  if (digest === null || size === undefined) return false;
  repository.blobs.set(digest, size);
  answerCreated(response, repository.name, digest);
  return true;
}

async function finish(exchange: Exchange, upload: Upload, digest: string): Promise<void> {
  const { response, repository, assertRepositoryThere } = exchange;
  await upload.commit(digest, {
    assertThere: assertRepositoryThere,
    add: (added, size) => void repository.blobs.set(added, size),
  });
  answerCreated(response, repository.name, digest);
}

function answerCreated(response: ServerResponse, name: string, digest: string): void {
  answer(response, 201, { Location: `/v2/${name}/blobs/${digest}`, "Docker-Content-Digest": digest });
}

function answerProgress(response: ServerResponse, status: number, { id, repository, size }: Upload): void {
  answer(response, status, {
    Location: `/v2/${repository}/blobs/uploads/${id}`,
    "Docker-Upload-UUID": id,
    // The specification cannot express "nothing yet"; registries return 0-0, which clients understand.
    Range: `0-${Math.max(0, size - 1)}`,
  });
}

/** `Content-Range: <start>-<end>` of OCI distribution; without one the bytes follow the existing ones. */
function continues({ request }: Exchange, { size }: Upload): boolean {
  const { "content-range": range, "content-length": length } = request.headers;
  if (range === undefined) return true;
  const [, start, end] = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/.*)?$/.exec(range) ?? [];
  if (start === undefined || end === undefined) return false;
  const rangeLength = Number(end) - Number(start) + 1;
  if (length !== undefined && Number(length) !== rangeLength)
    throw new RegistryError(
      "SIZE_INVALID",
      `Content-Range ${range} names ${rangeLength} bytes, but ${length} were sent`,
    );
  return Number(start) === size;
}

function assertDigest(digest: string | null): string {
  if (digest !== null && isDigest(digest)) return digest;
  throw new RegistryError(
    "DIGEST_INVALID",
    `digest must be sha256: and 64 hexadecimal digits, not ${digest}`,
  );
}
