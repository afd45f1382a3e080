import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ECR } from "@aws-sdk/client-ecr";
import { parseImageName } from "@ecs-delivery/actions/registry/image-name";

const main = join(import.meta.dirname, "..", "..", "simulator", "src", "main.ts");

export interface Registry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly user: string;
  readonly password: string;
  /** Variables that point AWS's tools at this registry. */
  readonly environment: Readonly<Record<string, string>>;
  createRepository(name: string): Promise<void>;
  /** Returns the layers of `name:tag` or `name@digest`, lowest first. A host before the name is ignored. */
  readLayers(image: string): Promise<readonly Layer[]>;
}

interface Layer {
  /** Compressed bytes. */
  readonly size: number;
}

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

async function connect(environment: Record<string, string>): Promise<Registry> {
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
    host: new URL(AWS_ENDPOINT_URL ?? "").host,
    user,
    password,
    environment,
    createRepository: async (name) => void (await ecr.createRepository({ repositoryName: name })),
    async readLayers(image) {
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
