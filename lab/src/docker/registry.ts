import type { Image } from "./image.ts";

/** A failure with docker's text and exit code. */
export class DockerFailure extends Error {
  readonly code: number;
  /** Errors that the real program has printed. */
  readonly errors: string | undefined;

  constructor(message: string, code = 1, errors?: string) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}

interface ManifestView {
  readonly config: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
  readonly manifests?: readonly { readonly digest: string }[];
}

/**
 * Opens the simulated registry. Errors have the texts of `docker push`.
 * @param auth user and password in base64, as Docker's configuration has them
 */
export function openRegistry(host: string, auth: string | undefined) {
  const call = async (path: string, { headers, ...init }: RequestInit = {}) => {
    const login = auth && { authorization: `Basic ${auth}` };
    const response = await fetch(`http://${host}/v2/${path}`, { ...init, headers: { ...login, ...headers } });
    if (response.ok) return response;
    throw new DockerFailure(await textOf(response, auth));
  };
  const pull = async (name: string, reference: string): Promise<Image> => {
    const response = await call(`${name}/manifests/${reference}`);
    const manifest = await response.text();
    const { config, manifests } = JSON.parse(manifest) as ManifestView;
    if (manifests?.[0]) return pull(name, manifests[0].digest);
    return {
      id: config.digest,
      digest: response.headers.get("docker-content-digest") ?? "",
      mediaType: response.headers.get("content-type") ?? "",
      manifest,
      blob: async (digest) => (await call(`${name}/blobs/${digest}`)).arrayBuffer(),
    };
  };
  return {
    /** Rejects if the registry does not accept the login. */
    check: () => call(""),
    pull,
    async push(name: string, tag: string, { manifest, mediaType, blob }: Image): Promise<void> {
      const { config, layers = [] } = JSON.parse(manifest) as ManifestView;
      for (const { digest } of [config, ...layers]) {
        const found = await call(`${name}/blobs/${digest}`, { method: "HEAD" }).catch(() => undefined);
        const body = found ? undefined : await blob(digest);
        if (body) await call(`${name}/blobs/uploads/?digest=${digest}`, { method: "POST", body });
      }
      const headers = { "content-type": mediaType };
      await call(`${name}/manifests/${tag}`, { method: "PUT", body: manifest, headers });
    },
  };
}

/** Returns the code of an error in words, then the registry's message. */
async function textOf(response: Response, auth: string | undefined): Promise<string> {
  const body = await response.text();
  if (response.status === 401)
    return auth ? "unauthorized: authentication required" : "no basic auth credentials";
  try {
    const { code, message } = JSON.parse(body).errors[0];
    return `${code.toLowerCase().replaceAll("_", " ")}: ${message}`;
  } catch {
    return `received unexpected HTTP status: ${response.status} ${response.statusText}`;
  }
}
