import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { parseImageReference } from "../../shared/registry/image-reference.ts";
import { readBuildInputs } from "./inputs.ts";

const context = mkdtempSync(join(tmpdir(), "build-image-inputs-"));
afterAll(() => rmSync(context, { recursive: true }));

const digest = `sha256:${"a".repeat(64)}`;

function read(inputs: Record<string, string>) {
  const given: Record<string, string> = {
    repository: "customer",
    context,
    "base-image": `node:24-slim@${digest}`,
    ...inputs,
  };
  return readBuildInputs((name) => given[name] ?? "");
}

it("has defaults for everything but repository, context and base image", () => {
  expect(read({})).toEqual({
    repository: "customer",
    context,
    builder: "oci",
    baseImage: { host: "registry-1.docker.io", name: "library/node", digest },
    entrypoint: undefined,
    workingDirectory: "/app",
    user: "65532",
    environment: new Map(),
    exposedPorts: [],
    labels: new Map(),
    tags: [],
    platform: { os: "linux", architecture: "amd64" },
  });
});

it("reads everything", () => {
  const inputs = read({
    "base-image": "scratch",
    entrypoint: `["node","server.mjs"]`,
    "working-directory": "/srv/app",
    user: "1000:1000",
    environment: "A=1\nB=x=y\n",
    "exposed-ports": "8080\n53/udp\n8080/tcp",
    labels: "org.opencontainers.image.source=https://example.com/x",
    tags: "latest\nv1\nlatest",
    platform: "linux/arm64",
  });
  expect(inputs).toMatchObject({
    baseImage: "scratch",
    entrypoint: ["node", "server.mjs"],
    workingDirectory: "/srv/app",
    user: "1000:1000",
    exposedPorts: ["8080/tcp", "53/udp"],
    tags: ["latest", "v1"],
    platform: { os: "linux", architecture: "arm64" },
  });
  expect([...inputs.environment]).toEqual([
    ["A", "1"],
    ["B", "x=y"],
  ]);
});

it.each([
  [{ repository: "" }, "Input repository is required"],
  [
    { repository: "123456789012.dkr.ecr.us-east-1.amazonaws.com/customer:v1" },
    "the name of an ECR repository, such as customer",
  ],
  [{ context: "/nowhere" }, "there is no folder /nowhere"],
  [{ builder: "docker" }, `Input builder is "docker"; allowed: oci`],
  [{ "base-image": "" }, "Input base-image is required"],
  [{ "base-image": "node:24-slim" }, "scratch or an image by digest, such as node:24-slim@sha256:"],
  [{ "base-image": "scratch" }, "Input entrypoint is required with base-image scratch"],
  [{ entrypoint: "node server.mjs" }, "Input entrypoint is not a JSON array of texts"],
  [{ entrypoint: "[]" }, "Input entrypoint is not a JSON array of texts"],
  [{ "working-directory": "app" }, `Input working-directory has "app"; an absolute path`],
  [{ "working-directory": "/app/../etc" }, "an absolute path"],
  [{ user: "a b" }, `Input user has "a b"`],
  [{ environment: "NODE-ENV=production" }, `Input environment has "NODE-ENV"; a variable's name is expected`],
  [{ "exposed-ports": "http" }, "a port such as 8080 or 8080/tcp"],
  [{ "exposed-ports": "70000" }, "a port such as 8080 or 8080/tcp"],
  [{ tags: "-latest" }, `Input tags has "-latest"`],
  [{ platform: "windows/amd64" }, "allowed: linux/amd64, linux/arm64"],
  [{ user: "a b", tags: "?" }, "2 inputs are wrong"],
])("refuses %j", (inputs, message) => {
  expect(() => read(inputs as Record<string, string>)).toThrow(message);
});

it.each([
  [`node@${digest}`, "registry-1.docker.io", "library/node"],
  [`docker.io/library/node:24@${digest}`, "registry-1.docker.io", "library/node"],
  [`grafana/grafana@${digest}`, "registry-1.docker.io", "grafana/grafana"],
  [`public.ecr.aws/docker/library/node:24-slim@${digest}`, "public.ecr.aws", "docker/library/node"],
  [`gcr.io/distroless/nodejs24-debian12@${digest}`, "gcr.io", "distroless/nodejs24-debian12"],
  [`127.0.0.1:4566/base:v1@${digest}`, "127.0.0.1:4566", "base"],
  [`localhost/base@${digest}`, "localhost", "base"],
])("reads the image name %s as Docker does", (text, host, name) => {
  expect(parseImageReference(text)).toEqual({ host, name, digest });
});

it.each([
  "node",
  "node@sha256:abc",
  `Node@${digest}`,
  `@${digest}`,
  `a b/node@${digest}`,
  `node@${digest}@${digest}`,
])("finds no pinned image in %j", (text) => {
  expect(parseImageReference(text)).toBeUndefined();
});
