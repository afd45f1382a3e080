import { Failure } from "../failure.ts";
import { digestOf } from "./digest.ts";
import { mediaTypes } from "./oci.ts";
import { createRequester, type OpenContent, type RegistryOptions, type RegistryRequest } from "./request.ts";

export interface FetchedManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: Buffer;
}

/** Client of one registry: the parts of OCI distribution-spec v1.1 that building needs. */
export type RegistryClient = ReturnType<typeof createRegistryClient>;

const { manifest, index, dockerManifest, dockerIndex } = mediaTypes;
const manifestTypes = [manifest, index, dockerManifest, dockerIndex].join(", ");

export function createRegistryClient(options: RegistryOptions) {
  const { send, retry } = createRequester(options);
  const request = (repository: string, path: string, init?: RegistryRequest) =>
    retry(() => send(repository, `/v2/${repository}/${path}`, init));

  return {
    host: options.host,

    /** Undefined when there is none. What is asked for by digest is checked against it. */
    async getManifest(repository: string, reference: string): Promise<FetchedManifest | undefined> {
      const response = await request(repository, `manifests/${reference}`, {
        headers: { accept: manifestTypes },
        expect: [404],
      });
      const body = Buffer.from(await response.arrayBuffer());
      if (response.status === 404) return undefined;
      const digest = digestOf(body);
      if (reference.includes(":") && reference !== digest)
        throw new Failure(`The registry ${options.host} answered ${digest} for ${repository}@${reference}`);
      return { digest, mediaType: mediaTypeOf(response), body };
    },

    async hasBlob(repository: string, digest: string): Promise<boolean> {
      // A registry that keeps blobs elsewhere answers with a redirect, which is enough to know.
      const init: RegistryRequest = { method: "HEAD", redirect: "manual", expect: [404] };
      return (await request(repository, `blobs/${digest}`, init)).status !== 404;
    },

    async openBlob(repository: string, digest: string): Promise<AsyncIterable<Uint8Array>> {
      const { body } = await request(repository, `blobs/${digest}`);
      return body as AsyncIterable<Uint8Array>;
    },

    /** True when the registry took the blob from its repository `from` by itself. */
    async mountBlob(repository: string, digest: string, from: string): Promise<boolean> {
      const query = new URLSearchParams({ mount: digest, from });
      const response = await request(repository, `blobs/uploads/?${query}`, { method: "POST" });
      await response.body?.cancel();
      if (response.status === 201) return true;
      // Not mounted: an upload was begun instead, and uploadBlob begins its own.
      await send(repository, locationOf(response), { method: "DELETE", expect: [404, 405] });
      return false;
    },

    /**
     * As Docker does it, which every registry knows: POST, PATCH with the bytes, PUT with the digest, which the
     * registry checks. What broke off is begun anew: the registry may have kept a part.
     */
    async uploadBlob(repository: string, digest: string, open: OpenContent): Promise<void> {
      await retry(async () => {
        const started = await send(repository, `/v2/${repository}/blobs/uploads/`, { method: "POST" });
        const headers = { "content-type": "application/octet-stream" };
        const sent = await send(repository, locationOf(started), { method: "PATCH", headers, body: open });
        const end = new URL(locationOf(sent));
        end.searchParams.set("digest", digest);
        await send(repository, end.href, { method: "PUT" });
      });
    },

    async putManifest(
      repository: string,
      reference: string,
      { mediaType, body }: Omit<FetchedManifest, "digest">,
    ) {
      const headers = { "content-type": mediaType };
      await request(repository, `manifests/${reference}`, { method: "PUT", headers, body });
    },
  };
}

function mediaTypeOf(response: Response): string {
  return response.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
}

/** Absolute or relative, as the specification allows. */
function locationOf(response: Response): string {
  const location = response.headers.get("location");
  if (location !== null) return new URL(location, response.url).href;
  throw new Failure(`The registry at ${response.url} began an upload without saying where`);
}
