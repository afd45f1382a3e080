import { createHash } from "node:crypto";
import { Failure } from "../core/failure.ts";
import type { Descriptor } from "./oci.ts";
import { attempts, Transient, unreachable } from "./reach.ts";
import type { Requester } from "./request.ts";
import type { Scope } from "./token.ts";

/**
 * Continues an interrupted download where it stopped; the last bytes are returned only when the whole has the right
 * digest.
 */
export async function* downloadBlob(
  requester: Requester,
  repository: string,
  { digest, size }: Pick<Descriptor, "digest" | "size">,
): AsyncGenerator<Uint8Array> {
  const { host } = requester;
  const hash = createHash("sha256");
  let position = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of readOn(requester, `/v2/${repository}/blobs/${digest}`, repository, size)) {
    if (held) yield held;
    hash.update(chunk);
    position += chunk.length;
    held = chunk;
  }
  const actual = `sha256:${hash.digest("hex")}`;
  if (position !== size || actual !== digest)
    throw new Failure(
      `The registry ${host} returned ${actual} of ${position} bytes for the blob ${digest} of ${repository}, which has ${size}`,
      { nextStep: "the registry's copy is damaged: push that image again, or use another." },
    );
  if (held) yield held;
}

async function* readOn(
  { host, send, retry, signal }: Requester,
  path: string,
  repository: string,
  size: number,
): AsyncGenerator<Uint8Array> {
  const scopes: readonly Scope[] = [{ repository, access: "pull" }];
  let position = 0;
  let broken: Failure | undefined;
  for (let cuts = 0; cuts < attempts; cuts += 1) {
    const response = await retry(async (attempt) => {
      // A download that broke off waits as a refused request does.
      if (attempt === 0 && broken) throw broken;
      return send(scopes, path, position > 0 ? { headers: { range: `bytes=${position}-` } } : {});
    });
    // Some registries send all of it, whatever range was requested.
    let skip = response.status === 206 ? 0 : position;
    try {
      for await (const chunk of response.body) {
        const wanted = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - wanted.length;
        position += wanted.length;
        if (wanted.length > 0) yield wanted;
        if (position > size) return;
      }
      if (position === size) return;
      broken = new Transient(`The registry ${host} ended ${path} after ${position} of ${size} bytes`);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      broken = unreachable(host, error);
    }
  }
  throw broken;
}
