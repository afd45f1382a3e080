import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECS } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDelivery, type Delivery } from "../../outside-clients/delivery.ts";
import { startLoad } from "../../outside-clients/load.ts";
import { makeLayer } from "../../planes/tasks/images-for-tests.ts";
import type { Simulator } from "../../simulator.ts";
import { startTestSimulator, testListenerPortOffset } from "../../testing-simulator.ts";

/** Answers slowly enough for requests to be under way whenever a task is stopped. */
const server = `
  import { createServer } from "node:http";
  const server = createServer((_, response) => setTimeout(() => response.end(String(process.pid)), 20));
  server.listen(8080);
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

let simulator: Simulator;
let delivery: Delivery;
let directory: string;

beforeAll(async () => {
  simulator = await startTestSimulator();
  delivery = await createDelivery(simulator, testListenerPortOffset());
  directory = await mkdtemp(join(tmpdir(), "traffic-test-"));
  await push(delivery.repositoryUri);
});
afterAll(async () => {
  await simulator?.close();
  await rm(directory, { recursive: true, force: true });
});

/** Pushes an image of the server as `latest`, over the registry's HTTP API. */
async function push(repositoryUri: string): Promise<void> {
  const { authorizationData } = await simulator.aws.ecr.getAuthorizationToken({});
  const headers = { authorization: `Basic ${authorizationData?.[0]?.authorizationToken}` };
  const base = `${simulator.endpoint}/v2/${repositoryUri.split("/")[1]}`;
  const put = async (mediaType: string, bytes: Buffer<ArrayBuffer>) => {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const started = await fetch(`${base}/blobs/uploads/`, { method: "POST", headers });
    const location = new URL(started.headers.get("location") ?? "", simulator.endpoint);
    location.searchParams.set("digest", digest);
    const done = await fetch(location, { method: "PUT", headers, body: bytes });
    expect(done.status).toBe(201);
    return { mediaType, digest, size: bytes.length };
  };
  const layer = await makeLayer(directory, { "app/server.mjs": server });
  const config = {
    architecture: "amd64",
    os: "linux",
    config: { Entrypoint: ["node", "server.mjs"], WorkingDir: "/app" },
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: await put("application/vnd.oci.image.config.v1+json", Buffer.from(JSON.stringify(config))),
    layers: [await put(layer.mediaType, await readFile(layer.path))],
  };
  const pushed = await fetch(`${base}/manifests/latest`, {
    method: "PUT",
    headers: { ...headers, "content-type": mediaType },
    body: JSON.stringify(manifest),
  });
  expect(pushed.status).toBe(201);
}

it("scales from 1 to 3 and back to 1 without failing a request", async () => {
  const ecs = new ECS(simulator.clientConfig);
  const running = async () => {
    const { services } = await ecs.describeServices({ cluster: "outside", services: ["web"] });
    return services?.[0]?.runningCount;
  };
  const healthy = (count: number) =>
    expect.poll(() => targetStates(), { timeout: 15_000 }).toEqual(Array(count).fill("healthy"));
  await healthy(1);
  const load = startLoad(delivery.productionUrl, 8);
  await ecs.updateService({ cluster: "outside", service: "web", desiredCount: 3 });
  await healthy(3);
  await expect.poll(() => new Set(load.answers).size).toBe(3);
  await ecs.updateService({ cluster: "outside", service: "web", desiredCount: 1 });
  await healthy(1);
  await expect.poll(running).toBe(1);
  await load.stop();
  expect(load.failures).toEqual([]);
});

async function targetStates() {
  const { TargetHealthDescriptions = [] } = await simulator.aws.elbv2.describeTargetHealth({
    TargetGroupArn: delivery.targetGroups.blue,
  });
  return TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State);
}
