import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { lastLines } from "@ecs-delivery/program/quiet-task";
import { openEngine } from "@ecs-delivery/simulator/runtime/tasks/docker/availability";
import { removeLeftovers } from "@ecs-delivery/simulator/runtime/tasks/docker/leftovers";

const startsWithinMs = 60_000;
/** Time to stop for containers that still run when the engine ends. */
const containersEndWithinSeconds = 3;

export function engineAnswers(): boolean {
  return spawnSync("docker", ["info"], { stdio: "ignore", timeout: 30_000 }).status === 0;
}

/**
 * Starts an engine, unless one is running, as on GitHub's runners. `ready` rejects with the last lines of its log when it
 * does not respond.
 */
export function startEngineUnlessOneAnswers() {
  if (engineAnswers()) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "container-engine-"));
  const logFile = join(folder, "log");
  const log = openSync(logFile, "w");
  // The socket is its group's: this user's, where that is not root.
  const options = ["--group", `${userInfo().gid}`, "--shutdown-timeout", `${containersEndWithinSeconds}`];
  const [command, ...args] = asRoot(["dockerd", ...options]);
  const engine = spawn(command, args, { stdio: ["ignore", log, log] });
  closeSync(log);
  const ended = once(engine, "exit").catch(() => {});
  const isRunning = () => engine.pid !== undefined && engine.exitCode === null && engine.signalCode === null;
  const untilItAnswers = async () => {
    const deadline = performance.now() + startsWithinMs;
    while (isRunning() && performance.now() < deadline) {
      if (engineAnswers()) return;
      await wait(200);
    }
    const lines = readFileSync(logFile, "utf8");
    throw new Error(`dockerd does not respond. Its last lines:\n${lastLines(lines.trimEnd())}`);
  };
  return {
    ready: untilItAnswers(),
    async end() {
      const [kill, ...signal] = asRoot(["kill", `${engine.pid}`]);
      if (isRunning() && spawnSync(kill, signal).status === 0) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const isRoot = process.getuid?.() === 0;

/** Returns whether this user is root or becomes root without a password. */
export function mayBecomeRoot(): boolean {
  return isRoot || spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0;
}

/** The command as root runs it. */
export function asRoot([command, ...args]: readonly [string, ...string[]]): [string, ...string[]] {
  return isRoot ? [command, ...args] : ["sudo", "-n", command, ...args];
}

/** Label of a container that a test itself starts: its value is a folder of the test. */
export const folderLabel = "ecs-delivery.tests";

/** Removes the containers of simulators that have ended, and those of tests whose folder is inside of this one. */
export async function removeContainers(folder: string): Promise<void> {
  const engine = await openEngine(process.env);
  await removeLeftovers(engine);
  engine.close();
  const list = [
    "ps",
    "--all",
    "--filter",
    `label=${folderLabel}`,
    "--format",
    `{{.ID}} {{.Label "${folderLabel}"}}`,
  ];
  const lines = spawnSync("docker", list, { encoding: "utf8" }).stdout.split("\n");
  const ids = lines.filter((line) => line.includes(` ${folder}`)).map((line) => line.split(" ", 1).join());
  if (ids.length > 0) spawnSync("docker", ["rm", "--force", ...ids]);
}
