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
    command: undefined,
    workingDirectory: "/app",
    user: "65532",
    environment: new Map(),
    exposedPorts: [],
    healthCheck: undefined,
    stopSignal: undefined,
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
    "exposed-ports": "8080\n53/udp\n8080/tcp",
    platform: "linux/arm64\nlinux/amd64\nlinux/arm/v7",
    command: `["--verbose"]`,
    "stop-signal": "SIGINT",
    "health-check": `{"test":["CMD","node","health.mjs"],"interval":"10s","start-period":"1m","retries":2}`,
  });
  expect(inputs).toMatchObject({
    baseImage: "scratch",
    entrypoint: ["node", "server.mjs"],
    workingDirectory: "/srv/app",
    user: "1000:1000",
    exposedPorts: ["8080/tcp", "53/udp"],
    platforms: [
      { os: "linux", architecture: "arm64" },
      { os: "linux", architecture: "amd64" },
      { os: "linux", architecture: "arm", variant: "v7" },
    ],
    command: ["--verbose"],
    stopSignal: "SIGINT",
    healthCheck: { Test: ["CMD", "node", "health.mjs"], Interval: 1e10, StartPeriod: 6e10, Retries: 2 },
  });
  expect([...inputs.environment]).toEqual([
    ["A", "1"],
    ["B", "x=y"],
  ]);
});

it.each([
  [{ "base-image": "" }, "Input base-image is required"],
  [{ "base-image": "node:24 slim" }, "expected scratch or an image name, such as node:24-slim"],
  [{ command: "x" }, "Input command is not a JSON array of strings"],
  [{ "stop-signal": "TERM" }, `Input stop-signal has "TERM"; expected a signal such as SIGTERM`],
  [{ "health-check": "curl" }, "Input health-check is not JSON"],
  [{ "health-check": "{}" }, "Input health-check has no valid test"],
  [{ "health-check": `{"test":["node"]}` }, "Input health-check has no valid test"],
  [
    { "health-check": `{"test":"x","every":"5s"}` },
    `Input health-check has "every"; allowed: test, interval`,
  ],
  [
    { "health-check": `{"test":"x","interval":5}` },
    "Input health-check has the interval 5; expected a duration",
  ],
  [{ "health-check": `{"test":"x","retries":0}` }, "Input health-check has 0 retries"],
  [{ "base-image": "scratch" }, "Input entrypoint is required with base-image scratch"],
  [{ entrypoint: "node server.mjs" }, "Input entrypoint is not a JSON array of strings"],
  [{ entrypoint: "[]" }, "Input entrypoint is not a JSON array of strings"],
  [{ "working-directory": "app" }, `Input working-directory has "app"; expected an absolute path`],
  [{ "working-directory": "/app/../etc" }, "an absolute path"],
  [{ user: "a b" }, `Input user has "a b"`],
  [{ environment: "NODE-ENV=production" }, `Input environment has "NODE-ENV"; expected a variable's name`],
  [{ "exposed-ports": "http" }, "a port such as 8080 or 8080/tcp"],
  [{ "exposed-ports": "70000" }, "a port such as 8080 or 8080/tcp"],
  [{ platform: "windows/amd64" }, `Input platform has "windows/amd64"; expected one platform per line`],
  [{ platform: "linux/x86_64" }, `Input platform has "linux/x86_64"; expected one platform per line`],
  [{ user: "a b", environment: "?" }, "2 inputs are wrong"],
])("refuses %j", (inputs, message) => {
  expect(() => read(inputs as Record<string, string>)).toThrow(message);
});
