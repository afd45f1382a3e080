import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

const usualSocket = "unix:///var/run/docker.sock";

/**
 * Returns the unix socket of the engine that the `docker` command would use: DOCKER_HOST, else the context of
 * DOCKER_CONTEXT or of Docker's configuration. Throws an error when that engine is on another machine.
 */
export async function findEngineSocket(environment: NodeJS.ProcessEnv): Promise<string> {
  const host = environment.DOCKER_HOST || (await hostOfContext(environment)) || usualSocket;
  if (host.startsWith("unix://")) return host.slice("unix://".length);
  throw new Error(
    `the Docker engine is at ${host}, and tasks can run only in one of this machine: unset DOCKER_HOST or choose another context`,
  );
}

async function hostOfContext(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folder = environment.DOCKER_CONFIG || join(homedir(), ".docker");
  const context = environment.DOCKER_CONTEXT || (await readJson(join(folder, "config.json")))?.currentContext;
  if (!context || context === "default") return undefined;
  // Location in the command's own storage (docker/cli, cli/context/store).
  const id = createHash("sha256").update(String(context)).digest("hex");
  const meta = await readJson(join(folder, "contexts", "meta", id, "meta.json"));
  if (!meta)
    throw new Error(`Docker's context ${context} does not exist: choose one with docker context use`);
  return meta.Endpoints?.docker?.Host;
}

// biome-ignore lint/suspicious/noExplicitAny: files of another program, of which two members are read
async function readJson(path: string): Promise<any> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
