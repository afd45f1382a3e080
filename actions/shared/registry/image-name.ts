/** An image as a task definition names it. */
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

/** Docker Hub's registry is not served where its images are named. */
export const dockerHub = "registry-1.docker.io";

// distribution/reference: path components and tags, and the digest as OCI image-spec v1.1 descriptor.md has it.
const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const pattern = new RegExp(
  `^(?:([A-Za-z0-9.-]*[.:][A-Za-z0-9.:-]*|\\[[0-9a-f:]+\\](?::\\d+)?|localhost)/)?(${component}(?:/${component})*)(?::(\\w[\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
);

/** As Docker reads names: no host means Docker Hub, one word there `library/`, no tag `latest`. */
export function parseImageName(text: string): ImageName | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, host, path = "", tag = "latest", digest] = match;
  const inHub = host === undefined || host === "docker.io" || host === "index.docker.io";
  return {
    repository: host === undefined ? path : `${host}/${path}`,
    host: inHub ? dockerHub : host,
    name: inHub && !path.includes("/") ? `library/${path}` : path,
    tag,
    digest,
  };
}
