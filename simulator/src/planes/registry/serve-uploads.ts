import type { ServerResponse } from "node:http";
import type { Upload } from "./blob-store.ts";
import { isDigest } from "./digest.ts";
import { answer, type Exchange } from "./exchange.ts";
import { RegistryError } from "./registry-error.ts";

/** POST `/v2/<name>/blobs/uploads/`: mount from another repository, whole blob at once, or a session for chunks. */
export async function startUpload(exchange: Exchange): Promise<void> {
  const { request, response, url, repository, store } = exchange;
  if (request.method !== "POST") throw new RegistryError("UNSUPPORTED", "an upload starts with POST");
  if (mount(exchange)) return;
  const digest = url.searchParams.get("digest");
  if (digest !== null) assertDigest(digest);
  const upload = await store.startUpload(repository.name);
  if (digest !== null) {
    await upload.append(request);
    return finish(exchange, upload, digest);
  }
  answerProgress(response, 202, upload);
}

/** PATCH, PUT, GET and DELETE of `/v2/<name>/blobs/uploads/<id>`. */
export async function continueUpload(exchange: Exchange, id: string): Promise<void> {
  const { request, response, url, repository, store } = exchange;
  const upload = store.upload(id);
  if (upload?.repository !== repository.name)
    throw new RegistryError(
      "BLOB_UPLOAD_UNKNOWN",
      `the upload ${id} is unknown in the repository ${repository.name}`,
    );
  switch (request.method) {
    case "GET":
      return answerProgress(response, 204, upload);
    case "DELETE":
      await upload.cancel();
      return answer(response, 204);
    case "PATCH":
      if (!continuesAt(upload.size, request.headers["content-range"]))
        return answerProgress(response, 416, upload);
      await upload.append(request);
      return answerProgress(response, 202, upload);
    case "PUT": {
      const digest = assertDigest(url.searchParams.get("digest"));
      if (!continuesAt(upload.size, request.headers["content-range"]))
        return answerProgress(response, 416, upload);
      await upload.append(request);
      return finish(exchange, upload, digest);
    }
    default:
      throw new RegistryError("UNSUPPORTED", `${request.method} is not a step of an upload`);
  }
}

function mount({ response, url, repository, mountableFrom }: Exchange): boolean {
  const digest = url.searchParams.get("mount");
  const size =
    digest === null ? undefined : mountableFrom(url.searchParams.get("from") ?? "")?.blobs.get(digest);
  if (digest === null || size === undefined) return false;
  repository.blobs.set(digest, size);
  answerCreated(response, repository.name, digest);
  return true;
}

async function finish({ response, repository }: Exchange, upload: Upload, digest: string): Promise<void> {
  await upload.commit(digest);
  repository.blobs.set(digest, upload.size);
  answerCreated(response, repository.name, digest);
}

function answerCreated(response: ServerResponse, name: string, digest: string): void {
  answer(response, 201, { Location: `/v2/${name}/blobs/${digest}`, "Docker-Content-Digest": digest });
}

function answerProgress(response: ServerResponse, status: number, { id, repository, size }: Upload): void {
  answer(response, status, {
    Location: `/v2/${repository}/blobs/uploads/${id}`,
    "Docker-Upload-UUID": id,
    // The specification has no way to say "nothing yet"; registries say 0-0, which clients read as such.
    Range: `0-${Math.max(0, size - 1)}`,
  });
}

/** `Content-Range: <start>-<end>` of OCI distribution; without one the bytes follow what is there. */
function continuesAt(size: number, contentRange: string | undefined): boolean {
  if (contentRange === undefined) return true;
  const start = /^(?:bytes[ =])?(\d+)-\d+/.exec(contentRange)?.[1];
  return start !== undefined && Number(start) === size;
}

function assertDigest(digest: string | null): string {
  if (digest !== null && isDigest(digest)) return digest;
  throw new RegistryError(
    "DIGEST_INVALID",
    `digest must be sha256: and 64 hexadecimal digits, not ${digest}`,
  );
}
