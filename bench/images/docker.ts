import { execFile } from "node:child_process";
import { mkdir, mkdtemp, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
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
 * Runs docker with a separate configuration, so that the user's logins stay untouched. `ends` removes the registry's
 * images; the engine itself bounds its build cache.
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
  };
  // A cleanup error must not hide the measurement's own error.
  ends.defer(() =>
    clean().catch((error) => console.error(`images of ${host} are left in Docker: ${error.message}`)),
  );
  return {
    environment: { DOCKER_CONFIG: environment.DOCKER_CONFIG, DOCKER_HOST: environment.DOCKER_HOST },

    /** Logs in with a known password, as a job does at its start. */
    logIn: () => docker(["login", "--username", user, "--password-stdin", host], password),

    build: (build: DockerBuild) =>
      docker([
        ...["buildx", "build", "--file", build.dockerfile, "--tag", build.tag],
        ...Object.entries(build.buildArguments).flatMap(([name, value]) => [
          "--build-arg",
          `${name}=${value}`,
        ]),
        ...["--secret", `id=npmrc,src=${build.npmrc}`],
        build.context,
      ]),

    push: (tag: string) => docker(["push", tag]),
  };
}

/** Copies the user's engine settings and plugins, without credentials. */
async function configure(folder: string) {
  const config = await mkdtemp(join(folder, "docker-"));
  await mkdir(config, { recursive: true });
  const own = process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  await symlink(join(own, "cli-plugins"), join(config, "cli-plugins"));
  const { stdout } = await run("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  return { DOCKER_CONFIG: config, DOCKER_HOST: stdout.trim() };
}
