import { expect, it } from "vitest";
import type { Destination } from "../../../registry/destination/destination.ts";
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
const foreign = 'process "node" did not complete successfully: exit code: 255';

// Messages of BuildKit that tests against this machine's engine and registry cannot cause.
it.each([
  ["which raises the limit", `${base}: 429 Too Many Requests - Server message: toomanyrequests`],
  ["name and tag", "localhost:4290/node:24: failed to resolve source metadata for localhost:4290/node:24: a"],
  ["if it is private", `${base}: pull access denied, repository does not exist or may require authorization`],
  ["correct the input platform", `${base}: no match for platform in manifest: not found`],
  ["correct the input target", 'target stage "test" could not be found'],
  ["docker system df", "failed to write: write /var/lib/docker/tmp/1: no space left on device"],
  ["lost its connection", "failed to receive status: rpc error: code = Unavailable desc = EOF"],
  ["group docker", "permission denied while trying to connect to the Docker daemon socket at docker.sock"],
  ["docker/setup-buildx-action", "Multi-platform build is not supported for the docker driver."],
  ["output above", "something new"],
])("adds the next step %s to: %s", (nextStep, text) => {
  expect(explain([`ERROR: failed to build: failed to solve: ${text}`])).toMatchObject({
    message: `docker buildx build failed: ${text}`,
    nextStep: expect.stringContaining(nextStep),
  });
});

it.each([
  ["docker: unknown command: docker buildx", "", "Run 'docker --help' for more information"],
  ["unknown flag: --metadata-file", "See 'docker buildx build --help'."],
])("explains a missing or old buildx: %s", (...lines) => {
  expect(explain(lines)).toMatchObject({
    message: `docker buildx build failed: ${lines[0]}`,
    nextStep: expect.stringContaining("docker/setup-buildx-action"),
  });
});

it.each([
  ["exec /usr/local/bin/node: exec format error", "docker/setup-qemu-action"],
  ["unknown flag: --quiet", "correct this instruction"],
])("names the line and the end of the output of a failed instruction: %s", (output, nextStep) => {
  const step = ['#6 [linux/arm64 2/2] RUN ["node"]', `#6 0.07 ${output}`, `#6 ERROR: ${foreign}`];
  expect(explain([...step, "Dockerfile:2", `ERROR: failed to solve: ${foreign}`])).toMatchObject({
    message: `Dockerfile:2: ${foreign}: ${output}`,
    nextStep: expect.stringContaining(nextStep),
  });
});

const push = (error: string) => [`ERROR: failed to solve: failed to push host/customer:source-1: ${error}`];

it("explains a push that is not allowed", () => {
  expect(explain(push("unexpected status: 403 Forbidden"))).toMatchObject({
    message: expect.stringMatching(/^Could not push to host\/customer: .* 403 Forbidden$/),
    nextStep: expect.stringContaining("allow the job to push"),
  });
});

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
