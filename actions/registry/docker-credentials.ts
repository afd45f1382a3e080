import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Failure } from "../core/failure.ts";
import { dockerHub } from "./image-name.ts";
import type { Credentials } from "./token.ts";

/** Docker Hub's key in Docker's configuration, from the time of its first API. */
const hubEntry = "https://index.docker.io/v1/";

/** The part of Docker's configuration file with the logins (docs.docker.com, `docker login`). */
export interface DockerConfig {
  readonly auths?: Readonly<Record<string, AuthEntry>>;
  /** Helper of a registry. */
  readonly credHelpers?: Readonly<Record<string, string>>;
  /** Helper of all others. */
  readonly credsStore?: string;
}

interface AuthEntry {
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
}

/**
 * Returns the login of `docker login` or docker/login-action for a registry. Throws a Failure for one that a credential
 * helper keeps: Docker writes an empty entry for it.
 */
export async function dockerCredentials(
  host: string,
  variables: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const { auths = {}, credHelpers = {}, credsStore } = await readDockerConfig(configFolder(variables));
  const name = host === dockerHub ? hubEntry : host;
  const entry = auths[name] ?? find(auths, host);
  const login = fromEntry(entry);
  const own = credHelpers[name] ?? credHelpers[host];
  const helper = own ?? (entry && credsStore);
  if (login || !helper) return login;
  throw new Failure(
    `The login for ${host} is in Docker's credential helper ${helper}, which is not read here`,
    {
      nextStep:
        "set DOCKER_CONFIG to an empty folder in this job, and log in with docker/login-action before this step.",
    },
  );
}

export function configFolder({ DOCKER_CONFIG }: NodeJS.ProcessEnv): string {
  return resolve(DOCKER_CONFIG ?? join(homedir(), ".docker"));
}

/** Reads Docker's configuration file in a folder; an empty one if it does not exist. */
export async function readDockerConfig(folder: string): Promise<DockerConfig> {
  const path = join(folder, "config.json");
  const text = await readFile(path, "utf8").catch(() => "");
  try {
    return JSON.parse(text || "{}");
  } catch (error) {
    throw new Failure(`${path} is not JSON: ${(error as Error).message}`, {
      nextStep: "log in again, or remove the file.",
      cause: error,
    });
  }
}

/** Finds an entry by its host, in any spelling, as Docker does. */
function find(auths: Readonly<Record<string, AuthEntry>>, host: string): AuthEntry | undefined {
  const hostOf = (name: string) => name.replace(/^https?:\/\//, "").split("/")[0];
  return Object.entries(auths).find(([name]) => hostOf(name) === host)?.[1];
}

function fromEntry({ auth, username, password }: AuthEntry = {}): Credentials | undefined {
  if (username && password) return { user: username, password };
  if (!auth) return undefined;
  const [user = "", ...rest] = Buffer.from(auth, "base64").toString("utf8").split(":");
  return { user, password: rest.join(":") };
}
