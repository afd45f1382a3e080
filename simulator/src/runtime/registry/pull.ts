import { readFile } from "node:fs/promises";
import { type ImageIndex, type ImageManifest, parseManifest } from "./manifest.ts";
import type { ImageConfig, PulledImage, RegistryRepository, StoredManifest } from "./registry.ts";
import type { WritableRepository } from "./repository.ts";

export interface PullOptions {
  reference: string;
  /** host:port of the only reachable registry, under each of its names. */
  hosts: readonly string[];
  repository: (name: string) => WritableRepository | undefined;
  pathOf: (digest: string) => string;
  /** Architectures to choose from an index, the preferred first, in OCI's terms. */
  architectures: readonly string[];
}

/**
 * Messages as Fargate platform 1.4 (containerd) reports them; see aws/containers-roadmap#2687 and the ECS
 * developer guide, "CannotPullContainer task errors".
 */
export async function pullImage({ reference, hosts, repository, pathOf, architectures }: PullOptions) {
  const named = parseReference(reference);
  if (!hosts.includes(named.host)) throw unreachable(named, hosts[0]);
  const source = repository(named.name);
  const top = source?.resolve(named.reference);
  if (source?.settings.denial?.("pull") !== undefined)
    throw cannotPull(
      `failed to resolve ref ${named.full}: unexpected status from HEAD request: 403 Forbidden`,
    );
  if (!source || !top) throw cannotPull(`failed to resolve ref ${named.full}: not found`);

  const manifest = selectPlatform(source, top, architectures);
  const content = parseManifest(manifest.body, manifest.mediaType) as ImageManifest;
  const config = JSON.parse(await readFile(pathOf(content.config.digest), "utf8")) as ImageConfig;
  const now = new Date();
  top.lastPulledAt = now;
  manifest.lastPulledAt = now;
  const layers = content.layers.map(({ digest, mediaType }) => ({ digest, mediaType, path: pathOf(digest) }));
  return { digest: manifest.digest, config, layers } satisfies PulledImage;
}

interface Reference {
  host: string;
  name: string;
  /** Tag, or digest when both are given. */
  reference: string;
  full: string;
}

/**
 * Parses names as Docker does: no host means Docker Hub, a single word there is in its `library`, no tag means latest.
 */
function parseReference(text: string): Reference {
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
  return { host, name, reference: digest ?? tag ?? "latest", full };
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

function unreachable({ host, name, reference, full }: Reference, own: string | undefined): Error {
  const server = host === "docker.io" ? "registry-1.docker.io" : host;
  const url = `https://${server}/v2/${name}/manifests/${reference}`;
  return cannotPull(
    `failed to resolve ref ${full}: failed to do request: Head "${url}": the simulator reaches no registry but its own, ${own}`,
  );
}

function cannotPull(cause: string): Error {
  return new Error(`CannotPullContainerError: pull image manifest has been retried 1 time(s): ${cause}`);
}
