import { spawnSync } from "node:child_process";

const isRoot = process.getuid?.() === 0;

/** Returns whether this user is root or becomes root without a password. */
export function mayBecomeRoot(): boolean {
  return isRoot || spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0;
}

/** The command as root runs it. */
export function asRoot([command, ...args]: readonly [string, ...string[]]): [string, ...string[]] {
  return isRoot ? [command, ...args] : ["sudo", "-n", command, ...args];
}
