import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ECR } from "@aws-sdk/client-ecr";
import { parseImageName } from "@ecs-delivery/actions/registry/image-name";

const main = join(import.meta.dirname, "..", "..", "simulator", "src", "main.ts");

export type Registry = Awaited<ReturnType<typeof connect>>;

/** Starts the simulated ECR in a separate process, so that it costs all sides the same. `ends` stops it. */
export async function startRegistry(temporaryFolder: string, ends: AsyncDisposableStack): Promise<Registry> {
  const child = fork(main, ["--port", "0"], {
    stdio: ["ignore", "ignore", 2, "ipc"],
    env: { ...process.env, TMPDIR: temporaryFolder },
  });
  const exited = once(child, "exit");
  ends.defer(async () => {
    child.kill();
    await exited;
  });
  const failed = exited.then(([code]) => {
    throw new Error(`the simulated AWS ended with ${code} before it was ready`);
  });
  const [{ environmentVariables: environment }] = (await Promise.race([once(child, "message"), failed])) as [
    { environmentVariables: Record<string, string> },
  ];
  failed.catch(() => {});
  return connect(environment);
}

async function connect(environment: Readonly<Record<string, string>>) {
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = environment;
  const ecr = new ECR({
    endpoint: AWS_ENDPOINT_URL ?? "",
    region: AWS_REGION ?? "",
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID ?? "", secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "" },
  });
  const { authorizationData } = await ecr.getAuthorizationToken();
  const token = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64").toString();
  const [user = "", password = ""] = token.split(":");
  return {
    /** `127.0.0.1:<port>` */
    host: new URL(AWS_ENDPOINT_URL ?? "").host,
    user,
    password,
    /** Variables that point AWS's tools at this registry. */
    environment,
    createRepository: async (name: string) => void (await ecr.createRepository({ repositoryName: name })),
    /**
     * Returns the layers of `name:tag` or `name@digest`, lowest first, with their compressed bytes. A host before the name
     * is ignored.
     */
    async readLayers(image: string): Promise<readonly { readonly size: number }[]> {
      const { repository = "", digest, tag } = parseImageName(image) ?? {};
      const repositoryName = repository.slice(repository.lastIndexOf("/") + 1);
      const id = digest === undefined ? { imageTag: tag } : { imageDigest: digest };
      const { images } = await ecr.batchGetImage({ repositoryName, imageIds: [id] });
      const manifest = images?.[0]?.imageManifest;
      if (!manifest) throw new Error(`the registry has no ${image}`);
      return JSON.parse(manifest).layers;
    },
  };
}
