import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { asRoot } from "./as-root.ts";

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
