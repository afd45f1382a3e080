import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { awsCli } from "../../simulator/src/outside-clients/programs.support.ts";
import { NotHere } from "../not-here.ts";

/** Resolves when every program that the peers need is available; rejects with a NotHere that states what is missing. */
export async function requirePeers(): Promise<void> {
  if (process.platform !== "linux")
    throw new NotHere(
      `the base image is made of the machine's own files, on Linux only, and this is ${process.platform}`,
    );
  for (const [what, program, ...args] of [
    ["Docker's engine", "docker", "version"],
    ["Docker's plugin buildx", "docker", "buildx", "version"],
    ["AWS's command", awsCli, "--version"],
  ] as const)
    await promisify(execFile)(program, args).catch((error: NodeJS.ErrnoException & { stderr?: string }) => {
      const said = error.code === "ENOENT" ? `there is no ${program} on PATH` : error.stderr?.trim();
      throw new NotHere(`${what}, which the peers' images are made with, does not answer: ${said}`, {
        cause: error,
      });
    });
}
