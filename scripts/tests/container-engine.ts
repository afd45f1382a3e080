import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openEngine } from "../../simulator/src/runtime/tasks/docker/availability.ts";
import { removeContainer, removeLeftovers } from "../../simulator/src/runtime/tasks/docker/leftovers.ts";

export interface ContainerEngine {
  /** Resolves when the engine responds; rejects with the last lines of its log when it does not. */
  readonly ready: Promise<void>;
  end(): Promise<void>;
}

const startsWithinMs = 60_000;
/** Time to stop for containers that still run when the engine ends. */
const containersEndWithinSeconds = 3;

export function engineAnswers(): boolean {
  return spawnSync("docker", ["info"], { stdio: "ignore", timeout: 30_000 }).status === 0;
}

/** A running engine, as on GitHub's runners, is used as it is. */
export function startEngineUnlessOneAnswers(): ContainerEngine | undefined {
  if (engineAnswers()) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "container-engine-"));
  const logFile = join(folder, "log");
  const log = openSync(logFile, "w");
  // The socket is its group's: this user's, where that is not root.
  const group = String(userInfo().gid);
  const [command, ...args] = asRoot([
    "dockerd",
    "--group",
    group,
    "--shutdown-timeout",
    String(containersEndWithinSeconds),
  ]);
  const engine = spawn(command, args, { stdio: ["ignore", log, log] });
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    engine.once("exit", () => resolve());
    engine.once("error", () => resolve());
  });
  const isRunning = () => engine.pid !== undefined && engine.exitCode === null && engine.signalCode === null;

  async function untilItAnswers(): Promise<void> {
    const deadline = performance.now() + startsWithinMs;
    while (isRunning() && performance.now() < deadline) {
      if (engineAnswers()) return;
      await wait(200);
    }
    const lines = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-20).join("\n");
    throw new Error(`no container engine: dockerd does not answer. Its last lines:\n${lines}`);
  }

  return {
    ready: untilItAnswers(),
    async end() {
      if (isRunning()) {
        const [kill, ...signal] = asRoot(["kill", String(engine.pid)]);
        spawnSync(kill, signal);
        await ended;
      }
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
  const filters = JSON.stringify({ label: [folderLabel] });
  const containers = await engine.call<{ Id: string; Labels: Record<string, string> }[]>(
    "GET",
    "/containers/json",
    { query: { filters, all: "1" } },
  );
  const left = containers.filter(({ Labels }) => Labels[folderLabel]?.startsWith(folder));
  await Promise.all(left.map(({ Id }) => removeContainer(engine, Id)));
  engine.close();
}
