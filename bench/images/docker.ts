import { execFile } from "node:child_process";
import { mkdir, mkdtemp, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { removeBuildCache } from "./build-cache.ts";
import type { Registry } from "./registry.ts";

const run = promisify(execFile);

export interface DockerBuild {
  readonly context: string;
  readonly dockerfile: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly npmrc: string;
  readonly tag: string;
}

export type Docker = Awaited<ReturnType<typeof useDocker>>;

/**
 * Docker's command with a configuration of its own, so that nobody's logins are touched; `ends` removes the images of
 * the registry and the build cache that is built on them.
 */
export async function useDocker(
  { host, user, password }: Registry,
  folder: string,
  ends: AsyncDisposableStack,
) {
  const environment = { ...process.env, ...(await configure(folder)) };
  const docker = (args: readonly string[], input?: string) => {
    const running = run("docker", args, { env: environment, maxBuffer: 64 * 1024 * 1024 });
    running.child.stdin?.end(input);
    return running;
  };
  const clean = async () => {
    const { stdout } = await docker(["image", "ls", "--quiet", "--filter", `reference=${host}/*`]);
    const images = [...new Set(stdout.split("\n").filter(Boolean))];
    if (images.length > 0) await docker(["image", "rm", "--force", ...images]);
    await removeBuildCache(async (args) => (await docker(args)).stdout, host);
  };
  // What the measuring failed with is not to be hidden by what cleaning up failed with.
  ends.defer(() =>
    clean().catch((error) => console.error(`images of ${host} are left in Docker: ${error.message}`)),
  );
  return {
    environment: { DOCKER_CONFIG: environment.DOCKER_CONFIG, DOCKER_HOST: environment.DOCKER_HOST },

    /** As a job does at its beginning; the password is at hand. */
    logIn: () => docker(["login", "--username", user, "--password-stdin", host], password),

    build: (build: DockerBuild, ...more: readonly string[]) =>
      docker([
        ...["buildx", "build", "--file", build.dockerfile, "--tag", build.tag],
        ...Object.entries(build.buildArguments).flatMap(([name, value]) => [
          "--build-arg",
          `${name}=${value}`,
        ]),
        ...["--secret", `id=npmrc,src=${build.npmrc}`],
        ...more,
        build.context,
      ]),

    push: (tag: string) => docker(["push", tag]),
  };
}

/** The engine and plugins of who runs this, without the credentials. */
async function configure(folder: string) {
  const config = await mkdtemp(join(folder, "docker-"));
  await mkdir(config, { recursive: true });
  const own = process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  await symlink(join(own, "cli-plugins"), join(config, "cli-plugins"));
  const { stdout } = await run("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  return { DOCKER_CONFIG: config, DOCKER_HOST: stdout.trim() };
}
