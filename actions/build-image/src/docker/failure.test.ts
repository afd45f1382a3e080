import { expect, it } from "vitest";
import { explainFailure, mayPushAgain } from "./failure.ts";

const destination = { uri: "host/customer" };
const explain = (lines: readonly string[]) => explainFailure(lines.join("\n"), destination);

/** Returns the end of a build whose step failed, as buildx prints it. */
const ending = (step: string, output: readonly string[], error: string, place?: string) => [
  `#6 ${step}`,
  ...output.map((line) => `#6 ${line}`),
  `#6 ERROR: ${error}`,
  "------",
  ` > ${step}:`,
  ...output,
  "------",
  ...(place ? [place, "-".repeat(20), '   2 | >>> RUN ["node"]', "-".repeat(20)] : []),
  `ERROR: failed to build: failed to solve: ${error}`,
];

const base = "node:24: failed to resolve source metadata for docker.io/library/node:24";
const foreign = 'process "node" did not complete successfully: exit code: 255';

// Messages of BuildKit that tests against this machine's engine and registry cannot cause.
it.each([
  ["which raises the limit", `${base}: 429 Too Many Requests - Server message: toomanyrequests`],
  [
    "the base image's name",
    "localhost:4290/node:24: failed to resolve source metadata for localhost:4290/node:24: a",
  ],
  ["if it is private", `${base}: pull access denied, repository does not exist or may require authorization`],
  ["docker system df", "failed to write: write /var/lib/docker/tmp/1: no space left on device"],
  ["group docker", "permission denied while trying to connect to the Docker daemon socket at docker.sock"],
  ["docker/setup-buildx-action", "Multi-platform build is not supported for the docker driver."],
  ["output is above", "something new"],
])("adds the next step %s to: %s", (nextStep, text) => {
  expect(explain(["#1 reading", `ERROR: failed to build: failed to solve: ${text}`])).toMatchObject({
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
  const lines = Array.from({ length: 10 }, (_, index) => `0.0${index} line ${index} at a:1`);
  const logged = ending("[2/2] RUN node", [...lines, "0.07 ", `10.1 ${output}`], foreign, "Dockerfile:2");
  expect(explain(logged)).toMatchObject({
    message: expect.stringMatching(/^Dockerfile:2: process "node" .* 255: line 1 at a:1 \| line 2 /),
    nextStep: expect.stringContaining(nextStep),
  });
  expect(explain(logged).message.endsWith(`line 9 at a:1 | ${output}`)).toBe(true);
});

it("explains a push that is not allowed, and fails as a build where nothing is pushed", () => {
  const logged = [`ERROR: failed to solve: failed to push host/customer:source-1: 403 Forbidden`];
  expect(explain(logged)).toMatchObject({
    message: "Could not push to host/customer: failed to push host/customer:source-1: 403 Forbidden",
    nextStep: expect.stringContaining("allow the job to push"),
  });
  expect(explainFailure(logged[0] ?? "").message).toMatch(/^docker buildx build failed/);
});

it.each([
  ["unexpected status from PUT request to https://host/v2/: 500 Internal Server Error", true],
  ["unexpected status: 503 Service Unavailable", true],
  ["unexpected status: 429 Too Many Requests", true],
  ["write tcp 10.0.0.1:1->10.0.0.2:443: write: connection reset by peer", true],
  ["net/http: TLS handshake timeout", true],
  ["unexpected EOF", true],
  ["unexpected status from POST request to https://host/v2/: 403 Forbidden", false],
  ["unexpected status: 404 Not Found", false],
])("tries a push again after %s: %s", (error, expected) => {
  const byBuildKit = `ERROR: failed to solve: failed to push host/customer:source-1: ${error}`;
  const byEngine = ending("pushing host/customer:source-1 with docker", [], error);
  expect([byBuildKit, byEngine.join("\n")].map(mayPushAgain)).toEqual([expected, expected]);
});

it("tries nothing again except a push", () => {
  expect(mayPushAgain(ending("[internal] load metadata", [], `${base}: 500 Internal`).join("\n"))).toBe(
    false,
  );
});
