import { expect, it } from "vitest";
import { readInputs } from "../../../core/inputs.ts";
import { readOciInputs } from "./inputs.ts";

const digest = `sha256:${"a".repeat(64)}`;

function read(inputs: Record<string, string>) {
  const given: Record<string, string> = { "base-image": `node:24-slim@${digest}`, ...inputs };
  return readInputs(readOciInputs, (name) => given[name] ?? "");
}

it("has defaults for everything but the base image", () => {
  expect(read({})).toEqual({
    kind: "oci",
    baseImage: {
      repository: "node",
      host: "registry-1.docker.io",
      name: "library/node",
      tag: "24-slim",
      digest,
    },
    entrypoint: undefined,
    workingDirectory: "/app",
    user: "65532",
    environment: new Map(),
    exposedPorts: [],
    platforms: [{ os: "linux", architecture: "amd64" }],
  });
});

it("reads all inputs", () => {
  const inputs = read({
    "base-image": "scratch",
    entrypoint: `["node","server.mjs"]`,
    "working-directory": "/srv/app",
    user: "1000:1000",
    environment: "A=1\nB=x=y\n",
    "exposed-ports": "1\n65535/udp\n1/tcp",
    platforms: "linux/arm64, linux/amd64\nlinux/arm/v7",
  });
  expect(inputs).toMatchObject({
    baseImage: "scratch",
    entrypoint: ["node", "server.mjs"],
    workingDirectory: "/srv/app",
    user: "1000:1000",
    exposedPorts: ["1/tcp", "65535/udp"],
    platforms: [
      { os: "linux", architecture: "arm64" },
      { os: "linux", architecture: "amd64" },
      { os: "linux", architecture: "arm", variant: "v7" },
    ],
  });
  expect([...inputs.environment]).toEqual([
    ["A", "1"],
    ["B", "x=y"],
  ]);
});

it.each([
  [{ "base-image": "" }, "Input base-image is required"],
  [{ "base-image": "node:24 slim" }, "expected scratch or an image name, such as node:24-slim"],
  [{ "base-image": "scratch" }, "Input entrypoint is required with base-image scratch"],
  [{ entrypoint: "node server.mjs" }, "Input entrypoint is not a JSON array of strings"],
  [{ entrypoint: "[]" }, "Input entrypoint is not a JSON array of strings"],
  [{ "working-directory": "app" }, `Input working-directory has "app"; expected an absolute path`],
  [{ "working-directory": "/app/../etc" }, "an absolute path"],
  [{ user: "a b" }, `Input user has "a b"`],
  [{ environment: "NODE-ENV=production" }, `Input environment has "NODE-ENV"; expected a variable's name`],
  [{ "exposed-ports": "http" }, "a port such as 8080 or 8080/tcp"],
  [{ "exposed-ports": "0" }, "a port such as 8080 or 8080/tcp"],
  [{ "exposed-ports": "65536" }, "a port such as 8080 or 8080/tcp"],
  [{ platforms: "windows/amd64" }, `Input platforms has "windows/amd64"; expected platforms such as`],
  [{ platforms: "linux/x86_64" }, `Input platforms has "linux/x86_64"; expected platforms such as`],
  [{ platforms: "linux/arm64/8" }, `Input platforms has "linux/arm64/8"`],
  [{ platforms: "linux/arm64/v8/a" }, `Input platforms has "linux/arm64/v8/a"`],
  [{ user: "a b", environment: "?" }, "2 inputs are wrong"],
])("refuses %j", (inputs, message) => {
  expect(() => read(inputs as Record<string, string>)).toThrow(message);
});
