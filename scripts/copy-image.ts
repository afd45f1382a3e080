import { ECR } from "@aws-sdk/client-ecr";
import { systemClock } from "@ecs-delivery/actions/core/pace";
import { createRegistryClient } from "@ecs-delivery/actions/registry/client";
import type { ImageName } from "@ecs-delivery/actions/registry/image-name";
import { type ImageIndex, type ImageManifest, isIndex } from "@ecs-delivery/actions/registry/oci";

type Config = ConstructorParameters<typeof ECR>[0];

/** Copies the image of a public registry for Fargate's usual platform to a repository of ECR, as `latest`. */
export async function copyImage(
  { host, name, tag }: ImageName,
  repositoryUri: string,
  config: Config,
  signal: AbortSignal,
): Promise<void> {
  const common = { signal, clock: systemClock, mask: () => {}, log: { info: () => {} } };
  const from = createRegistryClient({ ...common, host, credentials: undefined });
  const { authorizationData } = await new ECR(config ?? {}).getAuthorizationToken({});
  const { authorizationToken = "", proxyEndpoint = "" } = authorizationData?.[0] ?? {};
  const [user = "", password = ""] = Buffer.from(authorizationToken, "base64").toString().split(":");
  const to = createRegistryClient({
    ...common,
    host: new URL(proxyEndpoint).host,
    credentials: { user, password },
  });
  const read = async (reference = "") => {
    const found = await from.getManifest(name, reference);
    if (!found) throw new Error(`${host} has no image ${name} ${reference}. Fix: --node-image NAME`);
    return found;
  };
  const first = await read(tag);
  const images = isIndex(first.mediaType) ? (JSON.parse(String(first.body)) as ImageIndex).manifests : [];
  const image = images.find(({ platform }) => platform?.os === "linux" && platform.architecture === "amd64");
  const manifest = isIndex(first.mediaType) ? await read(image?.digest) : first;
  const repository = repositoryUri.slice(repositoryUri.indexOf("/") + 1);
  const parts = JSON.parse(String(manifest.body)) as ImageManifest;
  for (const blob of [parts.config, ...parts.layers])
    await to.pushBlob(repository, { ...blob, open: () => from.openBlob(name, blob) });
  await to.putManifest(repository, "latest", manifest);
}
