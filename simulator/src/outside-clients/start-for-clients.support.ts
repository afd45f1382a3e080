import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { startRealSimulator } from "../test-simulator.support.ts";

/** Starts a simulator, and makes a folder for the clients' files; the file's tests end with both removed. */
export async function startForClients() {
  const folder = await mkdtemp(join(tmpdir(), "outside-clients-"));
  const simulator = await startRealSimulator();
  afterAll(async () => {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { simulator, folder };
}
