import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { Failure } from "../failure.ts";
import { askCredentialHelper } from "./credential-helper.ts";
import { type Credentials, identityTokenUser } from "./token.ts";

/** Docker Hub's key in Docker's configuration, from the time of its first API. */
const hubEntry = "https://index.docker.io/v1/";

/** The part of Docker's configuration file with the logins (docs.docker.com, `docker login`). */
interface DockerConfig {
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
  readonly identitytoken?: string;
}

/** Returns the login of `docker login` or docker/login-action for a registry, or that of Docker's credential helper. */
export async function dockerCredentials(
  host: string,
  variables: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const path = join(variables.DOCKER_CONFIG ?? join(homedir(), ".docker"), "config.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { auths = {}, credHelpers = {}, credsStore } = parse(path, text);
  const name = host === "registry-1.docker.io" ? hubEntry : host;
  const helper = credHelpers[name] ?? credHelpers[host] ?? credsStore;
  const known = helper && (await askCredentialHelper(helper, name, variables));
  return known || fromEntry(auths[name] ?? find(auths, host));
}

function parse(path: string, text: string): DockerConfig {
  try {
    return JSON.parse(text);
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

function fromEntry({ auth, username, password, identitytoken }: AuthEntry = {}): Credentials | undefined {
  if (identitytoken) return { user: identityTokenUser, password: identitytoken };
  if (username && password) return { user: username, password };
  // A registry with a helper has an entry, too, an empty one.
  if (!auth) return undefined;
  const [user = "", ...rest] = Buffer.from(auth, "base64").toString("utf8").split(":");
  return { user, password: rest.join(":") };
}
