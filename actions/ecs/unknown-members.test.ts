import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { ECSClient } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TaskDefinitionInput } from "../core/task-definition.ts";
import { describeRevision, diffRevision, registerRevision } from "./revision.ts";

/** ECS that knows two members more than the SDK does: `pets` of a task and `mood` of a container. */
const registered: { body: string; length: string | undefined }[] = [];
const server = createServer(async (request, response) => {
  const body = await text(request);
  if (request.headers["x-amz-target"]?.toString().endsWith("RegisterTaskDefinition"))
    registered.push({ body, length: request.headers["content-length"] });
  const taskDefinition = {
    ...JSON.parse(registered.at(-1)?.body ?? "{}"),
    taskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7",
    registeredAt: 1_700_000_000,
    seenBy: "only descriptions have this",
  };
  delete taskDefinition.$schema;
  response.setHeader("content-type", "application/x-amz-json-1.1");
  response.end(JSON.stringify({ taskDefinition, tags: [] }));
});
let ecs: ECSClient;
beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  ecs = new ECSClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
});
afterAll(() => void server.close());

const context = () => ({
  clients: { ecs, logs: () => Promise.reject(new Error("no log is read")) },
  log: { info: () => {}, notice: () => {}, warning: () => {} },
  clock: { now: () => 0, wait: async () => {} },
  signal: new AbortController().signal,
});

const wanted = {
  $schema: "./ecs.json",
  family: "web",
  pets: ["cat", "café"],
  containerDefinitions: [{ name: "web", image: "web:1", mood: { level: 3 } }],
} as unknown as TaskDefinitionInput;

test("sends members that the SDK does not know to AWS", async () => {
  await registerRevision(context(), wanted);
  expect(JSON.parse(registered.at(-1)?.body ?? "")).toEqual(wanted);
  expect(registered.at(-1)?.length).toBe(String(Buffer.byteLength(registered.at(-1)?.body ?? "")));
});

test("compares members that AWS knows in revisions, but not comments", async () => {
  const latest = await describeRevision(context(), "web");
  expect(latest?.taskDefinition?.registeredAt).toEqual(new Date(1_700_000_000_000));
  expect(diffRevision(latest ?? {}, wanted)).toEqual([]);
  const changed = { ...wanted, containerDefinitions: [{ name: "web", image: "web:1", mood: { level: 4 } }] };
  expect(diffRevision(latest ?? {}, changed as TaskDefinitionInput)).toEqual([
    "~ containerDefinitions[web].mood.level: 3 → 4",
  ]);
});
