import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useFolder, writeFiles } from "@ecs-delivery/program/test-folder.support";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, afterEach, expect, it } from "vitest";
import {
  always,
  answering,
  type FaultRule,
  first,
  startFaultyRegistry,
} from "../../../registry/faulty-registry.support.ts";
import { parseImageName } from "../../../registry/image-name.ts";
import { testEnvironment, testInputs, toRepository } from "../build-image.support.ts";
import { buildImage } from "../build-image.ts";

let front: Awaited<ReturnType<typeof startFaultyRegistry>> | undefined;

const simulator = await startTestSimulator();
const folder = useFolder();
writeFiles(folder, { "dist/main.mjs": "" });
await simulator.aws.ecr.createRepository({ repositoryName: "base" });
const built = await buildImage(
  testInputs(join(folder, "dist"), { destination: toRepository("base"), tags: ["v1"] }),
  testEnvironment(simulator),
);
const base = built.digest;
const host = built.image.split("/")[0] ?? "";
afterAll(() => simulator.close());
afterEach(async () => {
  await front?.close();
  await simulator.aws.ecr.deleteRepository({ repositoryName: "customer", force: true });
});

/** Builds from a base behind a front and into a repository behind the same; returns what a user sees. */
async function build(reference: string, ...rules: FaultRule[]) {
  await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
  front = await startFaultyRegistry(host, rules);
  const { authorizationData } = await simulator.aws.ecr.getAuthorizationToken({});
  const auths = { [front.host]: { auth: authorizationData?.[0]?.authorizationToken } };
  await writeFile(join(folder, "config.json"), JSON.stringify({ auths }));
  const environment = testEnvironment(simulator, {
    variables: { DOCKER_CONFIG: folder },
    clock: { now: Date.now, wait: async () => {} },
  });
  const uri = `${front.host}/customer`;
  const inputs = testInputs(join(folder, "dist"), {
    destination: {
      repository: { registry: "other", host: front.host, name: "customer", uri },
      create: false,
    },
    oci: { baseImage: parseImageName(`${front.host}/base${reference}`) ?? "scratch" },
  });
  const outcome = await buildImage(inputs, environment).then(
    ({ parts }) => ({ parts: parts.map(({ how }) => how) }),
    ({ message, nextStep }) => ({ message, nextStep }),
  );
  const { imageDetails = [] } = await simulator.aws.ecr.describeImages({ repositoryName: "customer" });
  return { outcome, lines: environment.lines.join("\n"), images: imageDetails.length };
}

const rule = (method: string, path: RegExp, at: FaultRule["at"], fault: FaultRule["fault"]) => [
  { method, path, at, fault },
];
const manifests = (at: FaultRule["at"], ...answer: Parameters<typeof answering>) =>
  rule("GET", /base\/manifests/, at, answering(...answer));
/** A fault of the only layer; the configuration is read first. */
const layer = (fault: FaultRule["fault"]) => rule("GET", /base\/blobs/, (number) => number === 1, fault);
const uploads = (at: FaultRule["at"], ...answer: Parameters<typeof answering>) =>
  rule("POST", /customer\/blobs\/uploads/, at, answering(...answer));
const error = (code: string, message: string) => JSON.stringify({ errors: [{ code, message }] });

it.each<[string, FaultRule[], RegExp]>([
  [
    "nothing",
    [],
    /^Base image 127\S+\/base:v1 is now sha256:\S+. To pin it, set base-image: \S+:v1@sha256:/m,
  ],
  [
    "a fault of the base's registry",
    manifests(first, 500),
    /refused GET \S+ \(status 500\); attempt 2 of 5 in \d/,
  ],
  ["an interrupted base layer", layer(({ pass }) => pass(50)), /be reached .*; attempt 2 of 5/],
  ["a fault of the repository", uploads(first, 503), /attempt 2 of 5/],
])("recovers from %s", async (_, rules, line) => {
  const { outcome, lines, images } = await build(":v1", ...rules);
  expect(outcome).toEqual({ parts: ["uploaded", "uploaded"] });
  expect(images).toBe(1);
  expect(lines).toMatch(line);
});

it.each<[string, FaultRule[], RegExp, RegExp]>([
  [
    "a base's registry with a permanent fault",
    manifests(always, 503),
    /^The registry \S+ refused GET \/v2\/base\/manifests\/v1 \(status 503\)$/,
    /run the job again/,
  ],
  [
    "a base that may not be read",
    manifests(always, 403, {}, error("DENIED", "no")),
    /refused GET \/v2\/base\/manifests\/v1 \(DENIED: no\)$/,
    /allow this user/,
  ],
  [
    "a base without a login",
    manifests(always, 401, { "WWW-Authenticate": "Basic" }),
    /^The registry \S+ refused access to base$/,
    /log in before this step/,
  ],
  [
    "a base layer with other bytes",
    layer(answering(200, {}, "damaged")),
    /^The registry \S+ returned sha256:\w+ of \d+ bytes for the blob sha256:\w+ of base, which has \d+$/,
    /copy is damaged/,
  ],
  [
    "a repository that is full",
    uploads(always, 413, {}, "<html>"),
    /refused POST \/v2\/customer\/blobs\/uploads\/ \(status 413\)$/,
    /larger requests/,
  ],
  [
    "a missing repository",
    uploads(always, 404, {}, error("NAME_UNKNOWN", "no such repository")),
    /\(NAME_UNKNOWN: no such repository\)$/,
    /create it/,
  ],
])("explains %s, and leaves no image", async (_, rules, message, nextStep) => {
  const { outcome, images } = await build(":v1", ...rules);
  expect(outcome).toEqual({
    message: expect.stringMatching(message),
    nextStep: expect.stringMatching(nextStep),
  });
  expect(images).toBe(0);
});

it("requests nothing that it knows already", async () => {
  await build(`@${base}`);
  const asked = (front?.asked ?? [])
    .filter((line) => !line.includes("/v2/base"))
    .map((line) => line.replace(/(sha256(:|%3A)|source-)\w+/, "…").replace(/uploads\/\w[^?]*/, "uploads/…"));
  expect(asked.sort()).toEqual([
    "GET /v2/customer/manifests/latest",
    "GET /v2/customer/manifests/…",
    "HEAD /v2/customer/blobs/…",
    "POST /v2/customer/blobs/uploads/",
    "POST /v2/customer/blobs/uploads/",
    "POST /v2/customer/blobs/uploads/?mount=…&from=base",
    "PUT /v2/customer/blobs/uploads/…?digest=…",
    "PUT /v2/customer/blobs/uploads/…?digest=…",
    "PUT /v2/customer/blobs/uploads/…?digest=…",
    "PUT /v2/customer/manifests/latest",
    "PUT /v2/customer/manifests/…",
  ]);
});
