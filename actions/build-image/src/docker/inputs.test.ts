import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readInputs } from "../../../core/inputs.ts";
import { readDockerInputs } from "./inputs.ts";

let context: string;
beforeAll(async () => {
  context = await mkdtemp(join(tmpdir(), "docker-inputs-"));
  await writeFile(join(context, "Dockerfile"), "FROM scratch");
});
afterAll(() => rm(context, { recursive: true }));

const read = (inputs: Record<string, string>, variables: NodeJS.ProcessEnv = {}) =>
  readInputs(
    (reader) => readDockerInputs(reader, variables),
    (name) => ({ context, ...inputs })[name] ?? "",
  );

it("builds the context's Dockerfile for one platform, with nothing added, by default", () => {
  expect(read({})).toEqual({
    kind: "docker",
    dockerfile: join(context, "Dockerfile"),
    target: undefined,
    platforms: ["linux/amd64"],
    buildArgs: new Map(),
    buildContexts: new Map(),
    secrets: new Map(),
    cache: "none",
    provenance: "none",
    sbom: false,
  });
});

const digest = `sha256:${"a".repeat(64)}`;

it("accepts all inputs", () => {
  const file = join(context, "Dockerfile");
  const inputs = {
    dockerfile: file,
    target: "run",
    platform: "linux/amd64\nlinux/arm64",
    "build-args": "BASE=node:24\nURL=https://example.com/?a=b",
    "build-contexts": `node=oci-layout://base@${digest}`,
    "build-secrets": "token=a=b\nNPMRC",
    "build-secret-files": `ca=${file}`,
    cache: "gha",
    provenance: "max",
    sbom: "true",
  };
  expect(read(inputs, { NPMRC: "two\nlines" })).toEqual({
    kind: "docker",
    dockerfile: file,
    target: "run",
    platforms: ["linux/amd64", "linux/arm64"],
    buildArgs: new Map([
      ["BASE", "node:24"],
      ["URL", "https://example.com/?a=b"],
    ]),
    buildContexts: new Map([["node", `oci-layout://base@${digest}`]]),
    secrets: new Map<string, object>([
      ["token", { value: "a=b" }],
      ["NPMRC", { value: "two\nlines" }],
      ["ca", { file }],
    ]),
    cache: "gha",
    provenance: "max",
    sbom: true,
  });
});

it.each([
  ["dockerfile", "nowhere/Dockerfile", "Input dockerfile: file nowhere/Dockerfile does not exist"],
  ["platform", "linux/amd46", 'Input platform has "linux/amd46"'],
  [
    "platform",
    "linux/amd64,linux/arm64",
    "expected one platform per line, such as linux/amd64 or linux/arm64",
  ],
  ["build-args", "1A=b", 'Input build-args has "1A"'],
  ["build-args", "A", "expected lines of the form name=value"],
  [
    "build-contexts",
    "node=oci-layout://base:24",
    'has "node=oci-layout://base:24"; expected name=oci-layout://',
  ],
  ["build-contexts", "node=../base", 'has "node=../base"; expected name=oci-layout://folder@sha256:'],
  ["build-secrets", "TOKEN", "Input build-secrets: TOKEN has no value"],
  [
    "build-secret-files",
    "ca=nowhere.pem",
    "Input build-secret-files: file nowhere.pem for ca does not exist",
  ],
  ["cache", "s3", 'Input cache is "s3"; allowed: none, gha, registry, inline'],
  ["provenance", "true", 'Input provenance is "true"; allowed: none, min, max'],
])("does not accept %s %s", (name, value, message) => {
  expect(() => read({ [name]: value })).toThrow(message);
});

it("does not repeat a line that may contain a secret", () => {
  expect(() => read({ "build-secrets": "ok=1\nmy token=s3cr3t" })).toThrow(
    /^Input build-secrets: line 2 is neither name=value nor the name of a variable$/,
  );
});

it("reports the missing Dockerfile of a context", () => {
  expect(() => read({ context: tmpdir() })).toThrow("The context has no Dockerfile");
});
