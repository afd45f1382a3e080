import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNetwork } from "../../network.ts";
import { serveRegistry } from "../../registry/test-registry.support.ts";
import { makeNodeLayer, pushLayers } from "../images.support.ts";
import { isolation } from "../isolation.support.ts";
import { startDockerRuntime } from "./docker-runtime.ts";

// Runs one task that never ends, reports it with the argument as its label, and closes on request.
const [label = ""] = process.argv.slice(2);
const directory = await mkdtemp(join(tmpdir(), "docker-test-"));
const { registry, host, directory: blobs } = await serveRegistry();
registry.createRepository("web", { isImmutable: () => false });
const token = registry.issueToken(new Date(Date.now() + 60_000));
const authorization = `Basic ${Buffer.from(`AWS:${token}`).toString("base64")}`;
await pushLayers(
  { endpoint: `http://${host}`, authorization, repository: "web" },
  [await makeNodeLayer(directory)],
  { Entrypoint: ["node", "--eval", "setInterval(() => {}, 1000)"] },
);
const runtime = await startDockerRuntime({ registry, network: createNetwork(), directory });
await runtime.start({
  image: await runtime.pull(`${host}/web:latest`),
  address: "10.0.0.4",
  ports: [8080],
  environment: {},
  isolation: { ...isolation, labels: { test: label } },
  metadata: { id: "1", container: () => ({}), task: () => ({}) },
  onLine: console.log,
});
process.on("message", () => void runtime.close().then(() => process.exit()));
process.send?.([directory, blobs]);
