import { type ChildProcess, execFile, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { hasDocker } from "../runtimes.support.ts";
import { connectEngine, findEngineSocket } from "./engine.ts";
import { ownerLabel, removeLeftovers } from "./leftovers.ts";

async function docker(...args: string[]): Promise<string[]> {
  return (await promisify(execFile)("docker", args)).stdout.split("\n").filter(Boolean);
}

const folders: string[] = [];
const simulators = new Set<ChildProcess>();
afterEach(async () => {
  for (const simulator of simulators) simulator.kill("SIGKILL");
  simulators.clear();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** Starts a simulator with one task, in a separate process. */
async function startSimulator() {
  const label = randomUUID();
  const simulator = fork(join(import.meta.dirname, "simulator.support.ts"), [label]);
  simulators.add(simulator);
  const [made] = await once(simulator, "message");
  folders.push(...made);
  const [id = ""] = await docker("ps", "--quiet", "--filter", `label=test=${label}`);
  const [owner = ""] = await docker("inspect", "--format", `{{index .Config.Labels "${ownerLabel}"}}`, id);
  const [image = ""] = await docker("inspect", "--format", "{{.Config.Image}}", id);
  return { simulator, owner, image };
}

/** Returns everything of an owner that is still in the engine. */
async function leftOf({ owner, image }: { owner: string; image: string }): Promise<string[]> {
  const label = ["--filter", `label=${ownerLabel}=${owner}`];
  return (
    await Promise.all([
      docker("ps", "--all", "--quiet", ...label),
      docker("network", "ls", "--quiet", ...label),
      docker("images", "--quiet", image),
    ])
  ).flat();
}

describe.skipIf(!hasDocker)("in the engine, a simulator", () => {
  it("has a container, a network and an image while it runs, and nothing when it has closed", async () => {
    const fixture = await startSimulator();
    expect(await leftOf(fixture)).toHaveLength(3);
    fixture.simulator.send("close");
    await once(fixture.simulator, "exit");
    expect(await leftOf(fixture)).toEqual([]);
  });

  it("has nothing soon after it was killed", async () => {
    const fixture = await startSimulator();
    fixture.simulator.kill("SIGKILL");
    await expect.poll(() => leftOf(fixture)).toEqual([]);
  });

  it("leaves resources that the next one removes, except those of running simulators", async () => {
    const [killed, running] = await Promise.all([startSimulator(), startSimulator()]);
    // Kills its janitor first, as in a crash of the machine.
    const janitors = await promisify(execFile)("pgrep", ["--full", `clean-up-after.ts ${killed.owner}`]);
    for (const pid of janitors.stdout.split("\n").filter(Boolean)) process.kill(Number(pid), "SIGKILL");
    killed.simulator.kill("SIGKILL");
    await once(killed.simulator, "exit");
    const engine = connectEngine(await findEngineSocket(process.env));
    await removeLeftovers(engine);
    engine.close();
    expect(await leftOf(killed)).toEqual([]);
    expect(await leftOf(running)).toHaveLength(3);
    running.simulator.send("close");
    await once(running.simulator, "exit");
  });
});
