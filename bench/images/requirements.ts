import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { NotHere } from "../not-here.ts";

/** Resolves where everything that the peers need is at hand; rejects with a NotHere that says what is missing. */
export async function requireDocker(): Promise<void> {
  if (process.platform !== "linux")
    throw new NotHere(
      `the base image is made of the machine's own files, on Linux only, and this is ${process.platform}`,
    );
  for (const [what, ...args] of [
    ["Docker's engine", "version"],
    ["Docker's plugin buildx", "buildx", "version"],
  ] as const)
    await promisify(execFile)("docker", args).catch((error: NodeJS.ErrnoException & { stderr?: string }) => {
      const said = error.code === "ENOENT" ? "there is no docker on PATH" : error.stderr?.trim();
      throw new NotHere(`${what}, which builds the peers' images, does not answer: ${said}`, {
        cause: error,
      });
    });
}
