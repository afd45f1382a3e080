import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readInputs } from "../../../core/inputs.ts";
import { amd64, arm64 } from "../build-image.support.ts";
import { readDockerInputs } from "./inputs.ts";

let context: string;
beforeAll(async () => {
  context = await mkdtemp(join(tmpdir(), "docker-inputs-"));
  await writeFile(join(context, "Dockerfile"), "FROM scratch");
});
afterAll(() => rm(context, { recursive: true }));

const read = (inputs: Record<string, string>) =>
  readInputs(readDockerInputs, (name) => ({ context, ...inputs })[name] ?? "");

it("builds the context's Dockerfile for one platform, with nothing added, by default", () => {
  expect(read({})).toEqual({
    kind: "docker",
    dockerfile: join(context, "Dockerfile"),
    target: undefined,
    platforms: [amd64],
    buildArgs: new Map(),
    buildContexts: new Map(),
    secretFiles: new Map(),
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
    platforms: "linux/amd64,linux/arm64",
    "build-args": "BASE=node:24\nURL=https://example.com/?a=b",
    "build-contexts": `node=oci-layout://base@${digest}`,
    "secret-files": `ca=${file}`,
    cache: "gha",
    provenance: "max",
    sbom: "true",
  };
  expect(read(inputs)).toEqual({
    kind: "docker",
    dockerfile: file,
    target: "run",
    platforms: [amd64, arm64],
    buildArgs: new Map([
      ["BASE", "node:24"],
      ["URL", "https://example.com/?a=b"],
    ]),
    buildContexts: new Map([["node", `oci-layout://base@${digest}`]]),
    secretFiles: new Map([["ca", file]]),
    cache: "gha",
    provenance: "max",
    sbom: true,
  });
});

it.each([
  ["dockerfile", "nowhere/Dockerfile", "Input dockerfile: file nowhere/Dockerfile does not exist"],
  ["platforms", "linux/amd46", 'Input platforms has "linux/amd46"'],
  ["build-args", "1A=b", 'Input build-args has "1A"'],
  ["build-args", "A", "expected lines of the form name=value"],
  [
    "build-contexts",
    "node=oci-layout://base:24",
    'has "node=oci-layout://base:24"; expected name=oci-layout://',
  ],
  ["build-contexts", "node=../base", 'has "node=../base"; expected name=oci-layout://folder@sha256:'],
  ["secret-files", "ca=nowhere.pem", "Input secret-files: file nowhere.pem for ca does not exist"],
  ["secret-files", "c a=nowhere.pem", 'Input secret-files has "c a"; expected a name'],
  ["cache", "s3", 'Input cache is "s3"; allowed: none, gha'],
  ["provenance", "true", 'Input provenance is "true"; allowed: none, min, max'],
])("does not accept %s %s", (name, value, message) => {
  expect(() => read({ [name]: value })).toThrow(message);
});

it("reports the missing Dockerfile of a context", () => {
  expect(() => read({ context: tmpdir() })).toThrow("The context has no Dockerfile");
});
