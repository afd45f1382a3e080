/** An image by digest in a registry of the distribution API. */
export interface ImageReference {
  /** host or host:port that serves `/v2/`. */
  readonly host: string;
  readonly name: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

/** Docker Hub's registry is not served where its images are named. */
export const dockerHub = "registry-1.docker.io";

// distribution/reference: path components, and the digest as OCI image-spec v1.1 descriptor.md has it.
const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const namePattern = new RegExp(`^${component}(?:/${component})*$`);
const digestPattern = /^sha256:[0-9a-f]{64}$/;
const hostPattern = /^(?:[A-Za-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/;

/** As Docker reads names: no host means Docker Hub, one word there means `library/`. Undefined when it is not by digest. */
export function parseImageReference(text: string): ImageReference | undefined {
  const [named = "", digest = "", ...more] = text.split("@");
  if (more.length > 0 || !digestPattern.test(digest)) return undefined;
  const slash = named.indexOf("/");
  const first = slash < 0 ? "" : named.slice(0, slash);
  const hasHost = /[.:]/.test(first) || first === "localhost";
  const path = (hasHost ? named.slice(slash + 1) : named).replace(/:[\w][\w.-]{0,127}$/, "");
  const inHub = !hasHost || first === "docker.io" || first === "index.docker.io";
  const name = inHub && !path.includes("/") ? `library/${path}` : path;
  if (!namePattern.test(name) || (hasHost && !hostPattern.test(first))) return undefined;
  return { host: inHub ? dockerHub : first, name, digest };
}
