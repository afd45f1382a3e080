import { createHash } from "node:crypto";
import { Failure } from "../core/failure.ts";
import { dockerCredentials } from "./docker-credentials.ts";
import { ecrRegion, logIn, logInIfOwn, type RegistryContext } from "./ecr-login.ts";
import type { Answer } from "./exchange.ts";
import { type Descriptor, digestOf, mediaTypes } from "./oci.ts";
import { attempts, RegistryRefusal, Transient, unreachable } from "./reach.ts";
import { createRequester, type RegistryOptions, type RegistryRequest, type Requester } from "./request.ts";
import type { Credentials, Scope } from "./token.ts";
import { createPushBlob } from "./upload.ts";

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
  const requester = createRequester(options);
  const ask = (repository: string, path: string, init: RegistryRequest) =>
    requester.retry(() =>
      requester.send([{ repository, access: "push" }], `/v2/${repository}/${path}`, init),
    );

  const read = (repository: string, path: string, init: RegistryRequest) =>
    readWhole(requester, repository, path, init);

  return {
    host: options.host,

    /** Returns undefined when it does not exist. A manifest requested by digest is checked against it. */
    async getManifest(repository: string, reference: string): Promise<FetchedManifest | undefined> {
      const init: RegistryRequest = { headers: { accept: manifestTypes }, expect: [404] };
      const { response, body } = await read(repository, `manifests/${reference}`, init);
      if (response.status === 404) return undefined;
      const digest = digestOf(body);
      if (reference.includes(":") && reference !== digest)
        throw new Failure(`The registry ${options.host} returned ${digest} for ${repository}@${reference}`);
      return { digest, mediaType: mediaTypeOf(response), body };
    },

    /** Returns undefined when the repository does not exist. */
    async listTags(repository: string): Promise<string[] | undefined> {
      const { response, body } = await read(repository, "tags/list", { expect: [404] });
      return response.status === 404 ? undefined : (JSON.parse(body.toString("utf8")).tags ?? []);
    },

    /** Called for a repository to push to. */
    async hasBlob(repository: string, digest: string): Promise<boolean> {
      // A registry that stores blobs elsewhere responds with a redirect, which proves that the blob exists.
      const init: RegistryRequest = { method: "HEAD", redirect: "manual", expect: [404] };
      return (await ask(repository, `blobs/${digest}`, init)).status !== 404;
    },

    /** Returns the bytes of a blob; they have the right digest when they end. */
    openBlob: (repository: string, blob: Pick<Descriptor, "digest" | "size">): AsyncIterable<Uint8Array> =>
      downloadBlob(requester, repository, blob),

    pushBlob: createPushBlob(requester),

    async putManifest(
      repository: string,
      reference: string,
      { mediaType, body }: Omit<FetchedManifest, "digest">,
    ) {
      const headers = { "content-type": mediaType };
      const response = await ask(repository, `manifests/${reference}`, {
        method: "PUT",
        headers,
        body,
      });
      response.discard();
    },
  };
}

/** Reads a response with its body; a body that breaks off is read again. */
function readWhole(
  { host, signal, send, retry }: Requester,
  repository: string,
  path: string,
  init: RegistryRequest,
) {
  return retry(async () => {
    const response = await send([{ repository, access: "pull" }], `/v2/${repository}/${path}`, init);
    const body = await response.read().catch((error) => {
      throw signal.aborted ? signal.reason : unreachable(host, error);
    });
    return { response, body };
  });
}

function mediaTypeOf({ header }: Answer): string {
  return header("content-type")?.split(";")[0]?.trim() ?? "";
}

/**
 * Continues an interrupted download where it stopped; the last bytes are returned only when the whole has the right
 * digest.
 */
async function* downloadBlob(
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

/**
 * Connects with ECR's token or docker/login-action's login, else anonymously. If that is refused, the registry may be
 * the account's own under an unusual name, which ECR knows.
 */
export async function connectToRegistry(host: string, context: RegistryContext): Promise<RegistryClient> {
  const { createEcr, variables } = context;
  const region = ecrRegion(host);
  const logInToEcr = async (): Promise<Credentials | undefined> =>
    region === undefined
      ? logInIfOwn(await createEcr(), host, context)
      : logIn(await createEcr(region), context);
  const credentials = region === undefined ? await dockerCredentials(host, variables) : await logInToEcr();
  return createRegistryClient({ ...context, host, credentials, renewCredentials: logInToEcr });
}

/** Statuses with which registries refuse to move a tag: ECR's TAG_INVALID is 400, others use 409 or Harbor's 412. */
const immutableStatuses = [400, 409, 412];

/**
 * Pushes an existing manifest of the repository under a tag, byte by byte. Returns the tag's image afterwards, which is
 * another one if the tag cannot be moved.
 */
export async function putTag(
  { registry, name }: { readonly registry: RegistryClient; readonly name: string },
  manifest: FetchedManifest,
  tag: string,
): Promise<FetchedManifest> {
  try {
    await registry.putManifest(name, tag, manifest);
    return manifest;
  } catch (error) {
    if (!(error instanceof RegistryRefusal) || !immutableStatuses.includes(error.status)) throw error;
    const now = await registry.getManifest(name, tag);
    if (!now) throw error;
    return now;
  }
}
