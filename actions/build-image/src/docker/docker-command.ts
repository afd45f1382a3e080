import type { ChildProcess } from "node:child_process";
import { channel } from "node:diagnostics_channel";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { getExecOutput } from "@actions/exec";
import { Failure } from "../../../core/failure.ts";
import type { Destination } from "../../../registry/destination/destination.ts";
import { configFolder, type DockerConfig, readDockerConfig } from "../../../registry/docker-credentials.ts";
import type { Credentials } from "../../../registry/token.ts";
import type { BuildEnvironment } from "../builder.ts";

interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface CommandOptions {
  readonly variables: NodeJS.ProcessEnv;
  /** Called with each line of either stream. */
  readonly onLine?: (line: string) => void;
}

/** Resolves however the command ended; rejects with the signal's reason when the signal ended it. */
export type RunCommand = (
  tool: string,
  args: readonly string[],
  options: CommandOptions,
) => Promise<CommandResult>;

/** Pauses between the signals to a cancelled command. Docker's client kills its plugin at the third signal. */
const pausesMs = [3_000, 1_000, 1_000];
const signals = ["SIGINT", "SIGTERM", "SIGTERM", "SIGKILL"] as const;

/**
 * Runs commands without a shell and ends them when the step is cancelled, within the time that the runner leaves for
 * that.
 */
export function createRunCommand({ clock, signal }: Pick<BuildEnvironment, "clock" | "signal">): RunCommand {
  return async (tool, args, { variables, onLine }) => {
    signal.throwIfAborted();
    const child = watchForChild(args);
    const ended = new AbortController();
    const cancel = async () => {
      for (const [index, name] of signals.entries()) {
        child.process()?.kill(name);
        const pauseMs = pausesMs[index];
        if (pauseMs !== undefined) await clock.wait(pauseMs, ended.signal);
      }
    };
    const onAbort = () => void cancel().catch(() => {});
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const listeners = onLine ? { stdline: onLine, errline: onLine } : {};
      const env = variables as Record<string, string>;
      const options = { silent: true, ignoreReturnCode: true, env, listeners };
      const result = await getExecOutput(tool, [...args], options);
      signal.throwIfAborted();
      return result;
    } catch (error) {
      throw signal.aborted ? signal.reason : notStarted(tool, error as Error);
    } finally {
      signal.removeEventListener("abort", onAbort);
      ended.abort();
      child.stop();
    }
  };
}

/** `@actions/exec` does not expose its process; Node reports every new child process. */
function watchForChild(args: readonly string[]) {
  const made = channel("child_process");
  const processes: ChildProcess[] = [];
  const note = (message: unknown) => void processes.push((message as { process: ChildProcess }).process);
  made.subscribe(note);
  return {
    process: () => processes.find(({ spawnargs }) => isDeepStrictEqual(spawnargs?.slice(1), args)),
    stop: () => void made.unsubscribe(note),
  };
}

function notStarted(tool: string, cause: Error): Failure {
  return new Failure(`${tool} could not be started: ${cause.message}`, {
    nextStep: `install ${tool} on the runner; GitHub's own Ubuntu runners have it.`,
    cause,
  });
}

/**
 * Creates a folder for DOCKER_CONFIG with everything of the user's own (contexts, plugins, builders, logins) and the
 * destination's login. The user's own folder stays as it is. Returns the variables for docker.
 */
export async function createDockerConfig(
  folder: string,
  variables: NodeJS.ProcessEnv,
  { host, credentials }: Partial<Pick<Destination, "host" | "credentials">> = {},
): Promise<NodeJS.ProcessEnv> {
  const own = configFolder(variables);
  await mkdir(folder, { mode: 0o700 });
  for (const name of await readdir(own).catch(() => []))
    if (name !== "config.json") await symlink(join(own, name), join(folder, name));
  const before = await readDockerConfig(own);
  const config = host && credentials ? addLogin(before, host, credentials) : before;
  await writeFile(join(folder, "config.json"), JSON.stringify(config), { mode: 0o600 });
  return {
    ...variables,
    DOCKER_CONFIG: folder,
    // If the user has no builder yet, buildx stores here what it creates for the next build.
    BUILDX_CONFIG: variables.BUILDX_CONFIG ?? join(own, "buildx"),
  };
}

/**
 * Writes a login as `docker login` does. An empty helper makes Docker read the login from the file, no matter which store it
 * uses otherwise.
 */
function addLogin(config: DockerConfig, host: string, { user, password }: Credentials): DockerConfig {
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  return {
    ...config,
    auths: { ...config.auths, [host]: { auth } },
    credHelpers: { ...config.credHelpers, [host]: "" },
  };
}
