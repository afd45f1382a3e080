import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mayBeAlive, requireFreePorts, statOf, thisProcess } from "./processes.mjs";

describe("the owner of a folder", () => {
  const [namespace, pid, start] = thisProcess().split("-");
  it.each([
    ["this process", [namespace, pid, start], true],
    ["an earlier one with this process's id", [namespace, pid, "1"], false],
    ["one that has ended", [namespace, "4194305", start], false],
  ])("is alive or not: %s", (_, parts, alive) => {
    expect(mayBeAlive(parts.join("-"))).toBe(alive);
  });

  it.runIf(process.platform === "linux")("is not alive once it is defunct", async () => {
    // The shell becomes a program that does not wait for the shell's child, which reads until its input ends.
    const parent = spawn("sh", ["-c", "exec 3<&0; read line <&3 & echo $!; exec sleep 60"]);
    const child = Number(String((await once(parent.stdout, "data"))[0]));
    const owner = [namespace, child, statOf(child).start].join("-");
    await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n");
    parent.stdin.end();
    await expect.poll(() => statOf(child).state).toBe("Z");
    expect(mayBeAlive(owner)).toBe(false);
    parent.kill();
  });

  it.runIf(process.platform === "linux")("counts as alive in another namespace of processes", () => {
    expect(mayBeAlive("1-4194305-1")).toBe(true);
  });
});

it("refuses a port that does not exist, and one of two options", async () => {
  const wanted = [0, 0, 65_536, 65_536].map((port, index) => ({ port, option: `--${index}` }));
  await expect(requireFreePorts(wanted)).rejects.toThrow(
    "port 65536 (--2) does not exist: the highest is 65535; port 65536 (--3) is that of --2 too. Fix: choose other ports with --2 and --3",
  );
});
