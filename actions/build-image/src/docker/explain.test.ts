import { expect, it } from "vitest";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import { explainFailure, isPassing } from "./explain.ts";
import { followProgress } from "./progress.ts";

const destination = { uri: "host/customer", host: "host" } as Destination;

/** Returns the progress after these lines of a build. */
const follow = (lines: readonly string[]) => {
  const { note, progress } = followProgress();
  for (const line of lines) note(line);
  return progress();
};
const explain = (lines: readonly string[]) =>
  explainFailure({ ...follow(lines), destination, stderr: lines.join("\n") });

const base = "node:24: failed to resolve source metadata for docker.io/library/node:24";

// Messages of BuildKit that tests against this machine's engine and registry cannot cause.
it.each([
  [
    "Docker Hub's limit",
    [
      `ERROR: failed to solve: ${base}: failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/node/manifests/sha256:1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.`,
    ],
    "cannot pull the image docker.io/library/node:24",
    "which raises the limit",
  ],
  [
    "a base without such a tag, in a registry whose port looks like a status",
    [
      "ERROR: failed to solve: localhost:4290/node:24: failed to resolve source metadata for localhost:4290/node:24: localhost:4290/node:24: not found",
    ],
    "cannot pull the image localhost:4290/node:24",
    "correct its name and tag",
  ],
  [
    "a private base",
    [
      `ERROR: failed to solve: ${base}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    ],
    "pull access denied",
    "if it is private",
  ],
  [
    "a base without the platform",
    [`ERROR: failed to solve: ${base}: no match for platform in manifest: not found`],
    "no match for platform",
    "correct the input platform",
  ],
  [
    "a platform that the runner cannot run",
    [
      '#6 [linux/arm64 2/2] RUN ["node"]',
      "#6 0.07 exec /usr/local/bin/node: exec format error",
      '#6 ERROR: process "node" did not complete successfully: exit code: 255',
      "Dockerfile:2",
      'ERROR: failed to solve: process "node" did not complete successfully: exit code: 255',
    ],
    'Dockerfile:2: RUN ["node"] ended with exit code 255: exec /usr/local/bin/node: exec format error',
    "docker/setup-qemu-action",
  ],
  [
    "a full disk when the image is written",
    [
      "#9 exporting to image",
      "#9 ERROR: failed to write: write /var/lib/docker/tmp/1: no space left on device",
      "ERROR: failed to solve: failed to write: write /var/lib/docker/tmp/1: no space left on device",
    ],
    "The disk of the Docker engine is full",
    "docker system df",
  ],
  [
    "a push that BuildKit is not allowed to make",
    [
      "ERROR: failed to solve: failed to push host/customer:source-1: unexpected status from POST request to https://host/v2/customer/blobs/uploads/: 403 Forbidden",
    ],
    "Could not push to host/customer",
    "allow the job to push",
  ],
  [
    "an engine that ended",
    [
      "#1 [internal] load build definition",
      "ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
    ],
    "The Docker engine stopped or lost its connection during the build",
    "run the job again",
  ],
  [
    "a user who may not use the engine",
    [
      "ERROR: permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
    ],
    "The Docker engine does not respond",
    "group docker",
  ],
  [
    "a docker without buildx",
    ["docker: unknown command: docker buildx", "", "Run 'docker --help' for more information"],
    "Docker's plugin buildx is not installed",
    "docker/setup-buildx-action",
  ],
  [
    "an old docker without buildx",
    ["docker: 'buildx' is not a docker command."],
    "Docker's plugin buildx is not installed",
    "docker/setup-buildx-action",
  ],
  [
    "an old buildx",
    ["unknown flag: --metadata-file", "See 'docker buildx build --help'."],
    "buildx is too old",
    "docker/setup-buildx-action",
  ],
  [
    "anything else",
    ["ERROR: failed to solve: something new"],
    "docker buildx build failed: something new",
    "above",
  ],
])("explains %s", (_, lines, message, nextStep) => {
  const failure = explain(lines);
  expect(failure.message).toContain(message);
  expect(failure.nextStep).toContain(nextStep);
});

const push = (error: string) => [`ERROR: failed to solve: failed to push host/customer:source-1: ${error}`];
it.each([
  ["unexpected status from PUT request to https://host/v2/: 500 Internal Server Error", true],
  ["unexpected status: 503 Service Unavailable", true],
  ["write tcp 10.0.0.1:1->10.0.0.2:443: write: connection reset by peer", true],
  ["net/http: TLS handshake timeout", true],
  ["unexpected EOF", true],
  ["unexpected status from POST request to https://host/v2/: 403 Forbidden", false],
  ["unexpected status: 404 Not Found", false],
])("tries a push again after %s: %s", (error, expected) => {
  expect(isPassing(follow(push(error)))).toBe(expected);
});

it("tries nothing again except a push", () => {
  expect(isPassing(follow([`ERROR: failed to solve: ${base}: 500 Internal Server Error`]))).toBe(false);
});
