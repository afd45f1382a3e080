import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { Failure } from "../failure.ts";
import type { Credentials } from "./authorization.ts";

/** Docker Hub's entry in Docker's configuration has a name from the time of its first API. */
const hubEntry = "https://index.docker.io/v1/";

/** What `docker login` or docker/login-action left for a registry in Docker's configuration file. */
export async function dockerCredentials(
  host: string,
  environment: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const path = join(environment.DOCKER_CONFIG ?? join(homedir(), ".docker"), "config.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const auth = entry(path, text, host === "registry-1.docker.io" ? hubEntry : host);
  if (auth === undefined) return undefined;
  const [user = "", ...password] = Buffer.from(auth, "base64").toString("utf8").split(":");
  return { user, password: password.join(":") };
}

function entry(path: string, text: string, name: string): string | undefined {
  try {
    return JSON.parse(text).auths?.[name]?.auth;
  } catch (error) {
    throw new Failure(`${path} is not JSON: ${(error as Error).message}`, {
      nextStep: "log in anew, or remove the file.",
      cause: error,
    });
  }
}
