import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { Failure } from "../failure.ts";
import type { Credentials } from "./token.ts";

const startFailures: Readonly<Record<string, string>> = {
  ENOENT: "it is not installed",
  // The same where this user may not read a folder of the PATH.
  EACCES: "it is not installed, or this user may not run it",
};

/**
 * Runs `docker-credential-<helper> get`, which reads the registry's name from its input and writes JSON: the protocol
 * of docker/docker-credential-helpers, which Amazon's and GitHub's helpers use. Returns undefined when it knows none.
 */
export async function askCredentialHelper(
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
