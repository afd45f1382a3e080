/** An image in a task definition. */
export interface ImageName {
  /** As it is written, without tag and digest. */
  readonly repository: string;
  /** host or host:port that serves `/v2/`. */
  readonly host: string;
  /** The repository's name there. */
  readonly name: string;
  readonly tag: string;
  readonly digest: string | undefined;
}

/** The host of Docker Hub's registry differs from the one in its images' names. */
export const dockerHub = "registry-1.docker.io";

// distribution/reference: path components and tags, and the digest of OCI image-spec v1.1 descriptor.md.
const pattern =
  /^([a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** Returns whether a text is a host: it has a dot or a colon, or is `localhost`. */
function isHost(text: string): boolean {
  if (text === "localhost") return true;
  return /[.:]/.test(text) && /^(?:[A-Za-z0-9.:-]+|\[[0-9a-f:]+\](?::\d+)?)$/.test(text);
}

/** Parses a name as Docker does: no host means Docker Hub, a single word there `library/`, no tag `latest`. */
export function parseImageName(text: string): ImageName | undefined {
  const first = text.slice(0, Math.max(0, text.indexOf("/")));
  const host = isHost(first) ? first : undefined;
  const match = pattern.exec(host === undefined ? text : text.slice(host.length + 1));
  if (!match) return undefined;
  const [, path = "", tag = "latest", digest] = match;
  const inHub = host === undefined || host === "docker.io" || host === "index.docker.io";
  return {
    repository: host === undefined ? path : `${host}/${path}`,
    host: inHub ? dockerHub : host,
    name: inHub && !path.includes("/") ? `library/${path}` : path,
    tag,
    digest,
  };
}
