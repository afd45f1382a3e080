import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Access, createTokens, ecrAccess, type RefusalOf } from "./access.ts";
import { createBlobStore } from "./blob-store.ts";
import { answer, answerJson, type RegistryRules, type Route, routeOf } from "./exchange.ts";
import { type ImageIndex, type ImageManifest, parseManifest } from "./manifest.ts";
import {
  type ImageConfig,
  type PulledImage,
  type Registry,
  RegistryError,
  type RegistryRepository,
  type StoredManifest,
} from "./registry.ts";
import { createRepository, type WritableRepository } from "./repository.ts";
import { serve } from "./serve.ts";

export interface RegistryOptions {
  /** Folder of the blobs; created at the first push. */
  directory: string;
  /** The registry's id: that of its account. */
  accountId: string;
  /** Address of the registry; read at each request. */
  gateway: { readonly host: string; readonly port: number };
  /** Rules of ECR by default. */
  rules?: RegistryRules;
  /** Decides what owners of tokens may do; everything by default. */
  refusalOf?: RefusalOf;
  /** Maximum bytes of a blob; 10 GiB by default. */
  largestBlob?: number;
}

/** An OCI registry (distribution-spec v1.1). */
export function createRegistry(options: RegistryOptions): Registry {
  const { directory, accountId, gateway, rules = ecrRules, refusalOf = () => undefined } = options;
  const repositories = new Map<string, WritableRepository>();
  const store = createBlobStore(directory, options.largestBlob);
  const tokens = createTokens();
  const access = rules.access({ tokens, gateway, refusalOf });

  const registry: Registry = {
    blobMounting: rules.blobMounting,
    issueToken: (expiresAt, owner) => tokens.issue(expiresAt, [], owner),
    blobPath: store.pathOf,
    repository: (name) => repositories.get(name),
    createRepository(name, settings) {
      const repository = createRepository(name, accountId, settings);
      repositories.set(name, repository);
      return repository;
    },
    async deleteRepository(name) {
      const blobs = repositories.get(name)?.blobs ?? new Map();
      repositories.delete(name);
      const shared = (digest: string) => [...repositories.values()].some((other) => other.blobs.has(digest));
      await store.remove(blobs.keys(), shared);
    },
    pull: (reference) =>
      pullImage({
        reference,
        hosts: [`${gateway.host}:${gateway.port}`],
        accountId,
        repository: (name) => repositories.get(name),
        pathOf: store.pathOf,
        architectures: ["amd64", hostArchitecture()],
      }),
    async handle(request, response) {
      response.setHeader("Docker-Distribution-Api-Version", "registry/2.0");
      try {
        const route = routeOf(request);
        if (!admit(request, response, access, route)) return;
        await serve(request, response, route, { repositories, store, registry, accountId, access, rules });
      } catch (error) {
        const known = error instanceof RegistryError;
        refuse(request, response, known ? (rules.reword?.(error) ?? error) : error);
      }
    },
  };
  return registry;
}

function admit(request: IncomingMessage, response: ServerResponse, access: Access, route: Route): boolean {
  const refusal = access.refusal(request, route);
  if (!refusal) return true;
  request.resume();
  response.setHeader("WWW-Authenticate", refusal.challenge);
  const errors = [{ code: "UNAUTHORIZED", message: "authentication required" }];
  if (refusal.text === undefined) answerJson(response, 401, { errors });
  else answer(response, 401, { "Content-Type": "text/plain" }, refusal.text);
  return false;
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // A client that disconnected during a transfer gets no response.
  if (request.destroyed && !request.complete) return void response.destroy();
  if (response.headersSent) return void response.destroy();
  request.resume();
  const known = error instanceof RegistryError;
  const message = known ? error.message : `the registry failed: ${String(error)}`;
  const code = known ? error.code : "UNKNOWN";
  answerJson(response, known ? error.statusCode : 500, { errors: [{ code, message }] });
}

function hostArchitecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}

const ecrRules: RegistryRules = {
  blobMounting: false,
  access: ({ tokens, gateway, refusalOf }) =>
    ecrAccess(tokens, () => `${gateway.host}:${gateway.port}`, refusalOf),
  reword,
};

/** Rewords errors as ECR does for a manifest it refuses: chainguard-dev/apko#450, regclient/regclient#709. */
function reword(error: RegistryError): RegistryError {
  if (error.code !== "MANIFEST_INVALID") return error;
  const reason = error.message.replace(/^manifest invalid: /, "");
  const constraint = `Invalid parameter at 'ImageManifest' failed to satisfy constraint: '${reason}'`;
  return new RegistryError("UNSUPPORTED", constraint);
}

interface PullOptions {
  reference: string;
  /** host:port of the only reachable registry, under each of its names. */
  hosts: readonly string[];
  /** ECR's names in AWS of this account's repositories lead here too, in any region. */
  accountId: string;
  repository: (name: string) => WritableRepository | undefined;
  pathOf: (digest: string) => string;
  /** Architectures to choose from an index, the preferred first, in OCI's terms. */
  architectures: readonly string[];
}

/**
 * Messages as Fargate platform 1.4 (containerd) reports them; see aws/containers-roadmap#2687 and the ECS
 * developer guide, "CannotPullContainer task errors".
 */
async function pullImage({ reference, hosts, accountId, repository, pathOf, architectures }: PullOptions) {
  const named = parseReference(reference);
  const owner = /^(\d{12})\.dkr\.ecr\.[\w-]+\.amazonaws\.com$/.exec(named.host)?.[1];
  const forbidden = `failed to resolve ref ${named.full}: unexpected status from HEAD request: 403 Forbidden`;
  const isOther = owner !== accountId && !hosts.includes(named.host);
  // A repository with the name of another registry's host, or account's, has images of it.
  const name = isOther ? `${named.host}/${named.name}` : named.name;
  const source = repository(name);
  if (isOther && !source) throw owner ? cannotPull(forbidden) : unreachable(named, hosts[0]);
  const top = source?.resolve(named.reference);
  if (source?.settings.denial?.("pull") !== undefined) throw cannotPull(forbidden);
  if (!source || !top) throw cannotPull(`failed to resolve ref ${named.full}: not found`);

  const manifest = selectPlatform(source, top, architectures);
  const content = parseManifest(manifest.body, manifest.mediaType) as ImageManifest;
  const config = JSON.parse(await readFile(pathOf(content.config.digest), "utf8")) as ImageConfig;
  const now = new Date();
  top.lastPulledAt = now;
  manifest.lastPulledAt = now;
  const layers = content.layers.map(({ digest, mediaType }) => ({ digest, mediaType, path: pathOf(digest) }));
  return { digest: manifest.digest, config, layers, name: `${hosts[0]}/${name}` } satisfies PulledImage;
}

interface Reference {
  host: string;
  name: string;
  /** Tag, or digest when both are given. */
  reference: string;
  full: string;
  /** Address of its manifest. */
  url: string;
}

/**
 * Parses names as Docker does: no host means Docker Hub, a single word there is in its `library`, no tag means latest.
 */
export function parseReference(text: string): Reference {
  const [withTag = "", digest] = text.split("@");
  const slash = withTag.indexOf("/");
  const first = withTag.slice(0, Math.max(0, slash));
  const hasHost = /[.:]/.test(first) || first === "localhost";
  const host = hasHost ? first : "docker.io";
  const rest = hasHost ? withTag.slice(slash + 1) : withTag;
  const colon = rest.indexOf(":");
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const name = hasHost || path.includes("/") ? path : `library/${path}`;
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  const shownTag = tag ?? (digest === undefined ? "latest" : undefined);
  const full = `${host}/${name}${shownTag === undefined ? "" : `:${shownTag}`}${digest === undefined ? "" : `@${digest}`}`;
  const found = digest ?? tag ?? "latest";
  const server = host === "docker.io" ? "registry-1.docker.io" : host;
  return { host, name, reference: found, full, url: `https://${server}/v2/${name}/manifests/${found}` };
}

function selectPlatform(
  repository: RegistryRepository,
  top: StoredManifest,
  architectures: readonly string[],
): StoredManifest {
  const manifest = parseManifest(top.body, top.mediaType);
  if (manifest.kind === "image") return top;
  const chosen = architectures
    .map((architecture) => childFor(manifest, architecture))
    .find((digest) => digest !== undefined);
  const child = chosen === undefined ? undefined : repository.manifests.get(chosen);
  if (child) return child;
  throw cannotPull(
    `image Manifest does not contain descriptor matching platform 'linux/${architectures[0]}'`,
  );
}

function childFor({ manifests }: ImageIndex, architecture: string): string | undefined {
  return manifests.find(
    ({ platform }) => platform?.architecture === architecture && (platform.os ?? "linux") === "linux",
  )?.digest;
}

function unreachable({ full, url }: Reference, own: string | undefined): Error {
  return cannotPull(
    `failed to resolve ref ${full}: failed to do request: Head "${url}": the simulator reaches no registry but its own, ${own}`,
  );
}

function cannotPull(cause: string): Error {
  return new Error(`CannotPullContainerError: pull image manifest has been retried 1 time(s): ${cause}`);
}
