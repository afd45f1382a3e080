import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, test } from "vitest";

const folder = useFolder();

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s ends npm run test:all and everything it started",
  async (signal) => {
    const command = spawn("npm", ["run", "test:all", "services/suppliers/src/database/guarded-pool"], {
      cwd: resolve(import.meta.dirname, ".."),
      env: { ...process.env, TMPDIR: folder },
      stdio: "ignore",
    });
    const ended = once(command, "exit");
    // The tests' database server: a process of a process of this command.
    const pidFiles = () => globSync(join(folder, "tests-*/suppliers-database-*/server.pid"));
    await expect.poll(pidFiles).toHaveLength(1);
    const server = Number(readFileSync(pidFiles()[0] ?? "", "utf8"));
    command.kill(signal);
    await ended;
    await expect.poll(() => isRunning(server)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith("tests-"))).toEqual([]);
  },
);

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
