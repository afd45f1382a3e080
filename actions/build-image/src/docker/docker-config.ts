import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Failure } from "../../../shared/failure.ts";
import { dockerHub } from "../../../shared/registry/image-name.ts";
import { type Credentials, identityTokenUser } from "../../../shared/registry/token.ts";

/** Docker Hub's key in Docker's configuration, from the time of its first API. */
const hubEntry = "https://index.docker.io/v1/";

/**
 * Creates a folder for DOCKER_CONFIG with everything of the user's own (contexts, plugins, builders, logins) and the
 * given logins by host. The user's own folder stays as it is. Returns the variables for docker.
 */
export async function createDockerConfig(
  folder: string,
  variables: NodeJS.ProcessEnv,
  logins: ReadonlyMap<string, Credentials>,
): Promise<NodeJS.ProcessEnv> {
  const own = resolve(variables.DOCKER_CONFIG ?? join(homedir(), ".docker"));
  await mkdir(folder, { mode: 0o700 });
  for (const name of await readdir(own).catch(() => []))
    if (name !== "config.json") await symlink(join(own, name), join(folder, name));
  const config = addLogins(await readConfig(join(own, "config.json")), logins);
  await writeFile(join(folder, "config.json"), JSON.stringify(config), { mode: 0o600 });
  return {
    ...variables,
    DOCKER_CONFIG: folder,
    // If the user has no builder yet, buildx stores here what it creates for the next build.
    BUILDX_CONFIG: variables.BUILDX_CONFIG ?? join(own, "buildx"),
  };
}

interface DockerConfig {
  readonly auths?: Record<string, object>;
  readonly credHelpers?: Record<string, string>;
}

async function readConfig(path: string): Promise<DockerConfig> {
  const text = await readFile(path, "utf8").catch(() => "{}");
  try {
    return JSON.parse(text || "{}");
  } catch (error) {
    throw new Failure(`${path} is not JSON: ${(error as Error).message}`, {
      nextStep: "log in again, or remove the file.",
      cause: error,
    });
  }
}

/**
 * Writes logins as `docker login` does. An empty helper makes Docker read a login from the file, whatever store it uses
 * otherwise.
 */
function addLogins(config: DockerConfig, logins: ReadonlyMap<string, Credentials>): DockerConfig {
  const entries = [...logins].map(([host, login]): [string, object] => [
    host === dockerHub ? hubEntry : host,
    toAuth(login),
  ]);
  const inFile = entries.map(([name]): [string, string] => [name, ""]);
  return {
    ...config,
    auths: { ...config.auths, ...Object.fromEntries(entries) },
    credHelpers: { ...config.credHelpers, ...Object.fromEntries(inFile) },
  };
}

function toAuth({ user, password }: Credentials): object {
  if (user === identityTokenUser) return { identitytoken: password };
  return { auth: Buffer.from(`${user}:${password}`).toString("base64") };
}
