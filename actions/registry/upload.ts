import { Failure } from "../core/failure.ts";
import type { Answer } from "./exchange.ts";
import type { BlobContent } from "./oci.ts";
import type { RegistryRequest, Requester } from "./request.ts";
import type { Scope } from "./token.ts";

/** A small blob goes in one PUT, a larger one as docker push sends it: a PATCH with all bytes, then an empty PUT. */
const largestPut = 10 * 1024 * 1024;
/** A cancelled job has ten seconds to end. */
const abandonWithinMs = 3_000;

type PushBlob = (
  repository: string,
  blob: BlobContent,
  mountFrom?: string,
) => Promise<"mounted" | "uploaded">;

/**
 * Pushes a blob: distribution-spec v1.1, "Pushing blobs". With `mountFrom`, another repository of the registry, the
 * registry is first asked to mount the blob from there. An interrupted upload begins again; a permanent failure leaves
 * no upload behind.
 */
export function createPushBlob({ send, retry }: Requester): PushBlob {
  return (repository, blob, mountFrom) =>
    retry(async () => {
      const scopes: Scope[] = [{ repository, access: "push" }];
      if (mountFrom !== undefined) scopes.push({ repository: mountFrom, access: "pull" });
      const mount = mountFrom && `?${new URLSearchParams({ mount: blob.digest, from: mountFrom })}`;
      const begun = await send(scopes, `/v2/${repository}/blobs/uploads/${mount ?? ""}`, { method: "POST" });
      begun.discard();
      if (begun.status === 201) return "mounted";
      await sendBlob(send, scopes, begun, blob);
      return "uploaded";
    });
}

/** Sends the bytes to the upload that was begun, and ends it, successfully or not. */
async function sendBlob(
  send: Requester["send"],
  scopes: readonly Scope[],
  begun: Answer,
  { digest, size, open }: BlobContent,
): Promise<void> {
  let location = locationOf(begun);
  if (location === undefined)
    throw new Failure(`The registry at ${begun.url} started an upload without returning its location`);
  const type = { "content-type": "application/octet-stream" };
  const isLarge = size > largestPut;
  try {
    if (isLarge) {
      const stored = await send(scopes, location, { method: "PATCH", headers: type, body: open });
      stored.discard();
      location = locationOf(stored) ?? location;
    }
    const whole: RegistryRequest = { headers: { ...type, "content-length": String(size) }, body: open };
    const url = new URL(location);
    url.searchParams.set("digest", digest);
    const ended = await send(scopes, url.href, { method: "PUT", ...(!isLarge && whole) });
    ended.discard();
  } catch (error) {
    const request: RegistryRequest = { method: "DELETE", signal: AbortSignal.timeout(abandonWithinMs) };
    // Registries remove unfinished uploads on their own; the original error is the one to report.
    await send(scopes, location, request).catch(() => {});
    throw error;
  }
}

/** Returns where an upload continues: absolute or relative, as the specification allows. */
function locationOf(response: Answer): string | undefined {
  const location = response.header("location");
  return location === undefined ? undefined : new URL(location, response.url).href;
}
