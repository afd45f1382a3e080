import { spawnSync } from "node:child_process";

const isRoot = process.getuid?.() === 0;

/** Whether this user may run a command as root, at most after giving a password on this terminal. */
export function mayBecomeRoot(): boolean {
  if (isRoot) return true;
  const sudo = (...args: string[]) => spawnSync("sudo", args, { stdio: "ignore" }).status === 0;
  return sudo("-n", "true") || (process.stdin.isTTY && sudo("--version"));
}

/** The command as root runs it. */
export function asRoot([command, ...args]: readonly [string, ...string[]]): [string, ...string[]] {
  return isRoot ? [command, ...args] : ["sudo", command, ...args];
}
