import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
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

/** Returns the login of `docker login` or docker/login-action for a registry, or that of Docker's credential helper. */
export async function dockerCredentials(
  host: string,
  variables: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const { auths = {}, credHelpers = {}, credsStore } = await readDockerConfig(configFolder(variables));
  const name = host === dockerHub ? hubEntry : host;
  const helper = credHelpers[name] ?? credHelpers[host] ?? credsStore;
  const known = helper && (await askCredentialHelper(helper, name, variables));
  return known || fromEntry(auths[name] ?? find(auths, host));
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
  // A registry with a helper has an entry, too, an empty one.
  if (!auth) return undefined;
  const [user = "", ...rest] = Buffer.from(auth, "base64").toString("utf8").split(":");
  return { user, password: rest.join(":") };
}

const startFailures: Readonly<Record<string, string>> = {
  ENOENT: "it is not installed",
  // The same where this user may not read a folder of the PATH.
  EACCES: "it is not installed, or this user may not run it",
};

/**
 * Runs `docker-credential-<helper> get`, which reads the registry's name from its input and writes JSON: the protocol
 * of docker/docker-credential-helpers, which Amazon's and GitHub's helpers use. Returns undefined when it knows none.
 */
async function askCredentialHelper(
  helper: string,
  server: string,
  variables: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`;
  const failed = (reason: string, cause?: unknown) =>
    new Failure(`${program} gave no login for ${server}: ${reason}`, {
      nextStep:
        "correct credHelpers or credsStore in Docker's config.json, or log in with docker/login-action.",
      cause,
    });
  if (!/^[\w.-]+$/.test(helper)) throw failed("that is not a valid helper name");
  const { code, output, errors } = await run(program, server, variables).catch((error) => {
    throw failed(
      startFailures[(error as NodeJS.ErrnoException).code ?? ""] ?? (error as Error).message,
      error,
    );
  });
  if (/credentials not found/i.test(output)) return undefined;
  if (code !== 0) throw failed((errors || output).trim() || `it ended with ${code}`);
  try {
    const { Username, Secret } = JSON.parse(output) as { Username?: string; Secret?: string };
    // As in Docker: no secret, no login.
    return Secret ? { user: Username ?? "", password: Secret } : undefined;
  } catch (error) {
    throw failed("its output is not JSON", error);
  }
}

async function run(program: string, input: string, variables: NodeJS.ProcessEnv) {
  const child = spawn(program, ["get"], { env: variables, stdio: "pipe" });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on("error", reject).on("close", (code) => resolve(code)),
  );
  // If a helper ends without reading its input, its exit code is reported instead.
  child.stdin.on("error", () => {}).end(input);
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, output, errors };
}
