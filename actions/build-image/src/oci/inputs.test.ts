import { expect, it } from "vitest";
import { readInputs } from "../../../shared/inputs.ts";
import { readOciInputs } from "./inputs.ts";

const digest = `sha256:${"a".repeat(64)}`;

function read(inputs: Record<string, string>) {
  const given: Record<string, string> = { "base-image": `node:24-slim@${digest}`, ...inputs };
  return readInputs(readOciInputs, (name) => given[name] ?? "");
}

it("has defaults for everything but the base image", () => {
  expect(read({})).toEqual({
    kind: "oci",
    baseImage: { host: "registry-1.docker.io", name: "library/node", digest },
    entrypoint: undefined,
    workingDirectory: "/app",
    user: "65532",
    environment: new Map(),
    exposedPorts: [],
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
    platform: "linux/arm64",
  });
  expect(inputs).toMatchObject({
    baseImage: "scratch",
    entrypoint: ["node", "server.mjs"],
    workingDirectory: "/srv/app",
    user: "1000:1000",
    exposedPorts: ["8080/tcp", "53/udp"],
    platform: { os: "linux", architecture: "arm64" },
  });
  expect([...inputs.environment]).toEqual([
    ["A", "1"],
    ["B", "x=y"],
  ]);
});

it.each([
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
  [{ platform: "windows/amd64" }, "allowed: linux/amd64, linux/arm64"],
  [{ user: "a b", environment: "?" }, "2 inputs are wrong"],
])("refuses %j", (inputs, message) => {
  expect(() => read(inputs as Record<string, string>)).toThrow(message);
});
