import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { type ClientRequest, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { basic, signedCredentials } from "./credentials.support.ts";

const path = "/v1/repos/deployment";

let dataDirectory: string;
let simulator: Simulator;
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "smart-http-"));
  simulator = await startSimulator({ port: 0, dataDirectory });
  await simulator.aws.codecommit.createRepository({ repositoryName: "deployment" });
});
afterEach(async () => {
  await simulator.close();
  await rm(dataDirectory, { recursive: true, force: true });
});

/** Git's programs that run on this simulator's repositories. */
function running(): string[] {
  const { stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line.includes(dataDirectory));
}

const authorization = () => basic(signedCredentials(simulator.clientConfig.credentials, { path }));

/** Begins a request whose body never ends. */
function beginRequest(service: string): ClientRequest {
  const headers = { Authorization: authorization(), "Content-Type": `application/x-${service}-request` };
  const asking = request(`${simulator.endpoint}${path}/${service}`, { method: "POST", headers });
  asking.on("error", () => {});
  asking.write("00");
  return asking;
}

it.each(["git-upload-pack", "git-receive-pack"])("%s ends when its client disconnects", async (service) => {
  const asking = beginRequest(service);
  await expect.poll(running).not.toEqual([]);
  asking.destroy();
  await expect.poll(running).toEqual([]);
});

it.each(["git-upload-pack", "git-receive-pack"])("%s ends with the simulator", async (service) => {
  const asking = beginRequest(service);
  await expect.poll(running).not.toEqual([]);
  await simulator.close();
  expect(running()).toEqual([]);
  asking.destroy();
});

it("a request that Git does not understand is an error, and does not affect the next one", async () => {
  const ask = (body: string, more: Record<string, string> = {}) =>
    fetch(`${simulator.endpoint}${path}/git-receive-pack`, {
      method: "POST",
      headers: { Authorization: authorization(), ...more },
      body,
    });
  const misunderstood = await ask("nonsense");
  expect([misunderstood.status, await misunderstood.text()]).toEqual([
    500,
    expect.stringContaining("protocol error"),
  ]);
  expect((await ask("not zipped", { "Content-Encoding": "gzip" })).status).toBe(500);
  // Git's first request when it has much to push: empty.
  expect((await ask("0000")).status).toBe(200);
});
