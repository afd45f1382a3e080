import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { NotHere } from "../not-here.ts";

/** Resolves where everything that the peers need is at hand; rejects with a NotHere that says what is missing. */
export async function requireDocker(): Promise<void> {
  if (process.platform !== "linux")
    throw new NotHere(
      `the base image is made of the machine's own files, on Linux only, and this is ${process.platform}`,
    );
  await promisify(execFile)("docker", ["buildx", "inspect"]).catch(
    (error: NodeJS.ErrnoException & { stderr?: string }) => {
      const said = error.code === "ENOENT" ? "there is no docker on PATH" : error.stderr?.trim();
      throw new NotHere(`its peers need a Docker engine and buildx: ${said}`, { cause: error });
    },
  );
}
