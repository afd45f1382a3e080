import { createHash } from "node:crypto";
import { CreateRepositoryCommand, type ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";

const repository = "rehearsal-stand-in";

const program = (port: number) =>
  `require("node:http").createServer((request, response) => response.end("The rehearsal's stand-in.\\n")).listen(${port}); process.on("SIGTERM", () => process.exit(0));`;

/**
 * Pushes images that respond with 200, one for each port. The simulator has Node for an image without files.
 * @param registry `….dkr.ecr.….amazonaws.com` of the account
 */
export async function openStandIns(ecr: ECRClient, registry: string) {
  await ecr.send(new CreateRepositoryCommand({ repositoryName: repository })).catch(unlessExists);
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const { proxyEndpoint = "", authorizationToken = "" } = authorizationData[0] ?? {};
  const send = async (path: string, method: string, body: string, type = "application/octet-stream") => {
    const headers = { authorization: `Basic ${authorizationToken}`, "content-type": type };
    const response = await fetch(`${proxyEndpoint}/v2/${path}`, { method, headers, body });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  };
  return {
    /** Returns the image's name. `name` is an existing repository. */
    async push(port: number, name = repository, tag = `${port}`): Promise<string> {
      const config = JSON.stringify({
        ...{ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } },
        config: { Entrypoint: ["node", "-e", program(port)], Labels: { "ecs-delivery.stand-in": "true" } },
      });
      const digest = `sha256:${createHash("sha256").update(config).digest("hex")}`;
      await send(`${name}/blobs/uploads/?digest=${digest}`, "POST", config);
      const mediaType = "application/vnd.oci.image.manifest.v1+json";
      const described = {
        mediaType: "application/vnd.oci.image.config.v1+json",
        digest,
        size: config.length,
      };
      const manifest = { schemaVersion: 2, mediaType, config: described, layers: [] };
      await send(`${name}/manifests/${tag}`, "PUT", JSON.stringify(manifest), mediaType);
      return `${registry}/${name}:${tag}`;
    },
  };
}

/** Passes on an error, unless it says that the thing exists already. */
export function unlessExists(error: Error): undefined {
  if (/AlreadyExists|ResourceExists|Duplicate|EntityAlreadyExists/.test(error.name)) return undefined;
  throw error;
}
