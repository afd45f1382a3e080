import { describe, expect, it } from "vitest";
import { mayBeAlive, requireFreePorts, thisProcess } from "./processes.mjs";

describe("the owner of a folder", () => {
  const [namespace, pid, start] = thisProcess().split("-");
  it.each([
    ["this process", [namespace, pid, start], true],
    ["an earlier one with this process's id", [namespace, pid, "1"], false],
    ["one that has ended", [namespace, "4194305", start], false],
  ])("is alive or not: %s", (_, parts, alive) => {
    expect(mayBeAlive(parts.join("-"))).toBe(alive);
  });

  it.runIf(process.platform === "linux")("counts as alive in another namespace of processes", () => {
    expect(mayBeAlive("1-4194305-1")).toBe(true);
  });
});

it.each([
  [[0, 0], undefined],
  [[0, 65_536], "port 65536 (--2) does not exist: the highest is 65535. Fix: choose another port with --2"],
])("ports %j are refused: %s", async (ports, message) => {
  const wanted = ports.map((port, index) => ({ port, option: `--${index + 1}` }));
  expect(await requireFreePorts(wanted).catch((error) => error.message)).toBe(message);
});
