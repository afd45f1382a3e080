import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { amd64, arm64 } from "./build-image.support.ts";
import { type BuildInputs, readBuildInputs } from "./inputs.ts";

const context = useFolder();
const dockerfile = join(context, "Dockerfile");
writeFileSync(dockerfile, "FROM scratch");

const digest = `sha256:${"a".repeat(64)}`;

function read(inputs: Record<string, string>, variables: NodeJS.ProcessEnv = {}) {
  const given: Record<string, string> = {
    repository: "customer",
    context,
    "base-image": `node:24-slim@${digest}`,
    ...inputs,
  };
  return readBuildInputs(variables, (name) => given[name] ?? "") as BuildInputs;
}

const fetching = { repository: "", context: "", outputs: "type=oci,dest=base.tar" };
const docker = { builder: "docker", "base-image": "" };
const pushing = { archive: import.meta.filename, digest, context: "", "base-image": "" };

it("needs only a repository, a context and a base image", () => {
  expect(read({})).toEqual({
    destination: { repository: { registry: "ecr", name: "customer" }, create: false },
    context,
    labels: new Map(),
    tags: [],
    builder: {
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
      platforms: [amd64],
    },
  });
});

it("reads all inputs of builder oci", () => {
  const { builder } = read({
    "base-image": "scratch",
    entrypoint: `["node","server.mjs"]`,
    "working-directory": "/srv/app",
    user: "1000:1000",
    environment: "A=1\nB=x=y\n",
    "exposed-ports": "1\n65535/udp\n1/tcp",
    platforms: "linux/arm64, linux/amd64\nlinux/arm/v7",
  });
  expect(builder).toEqual({
    kind: "oci",
    baseImage: "scratch",
    entrypoint: ["node", "server.mjs"],
    workingDirectory: "/srv/app",
    user: "1000:1000",
    environment: new Map(Object.entries({ A: "1", B: "x=y" })),
    exposedPorts: ["1/tcp", "65535/udp"],
    platforms: [arm64, amd64, { os: "linux", architecture: "arm", variant: "v7" }],
  });
});

it("builds the context's Dockerfile for one platform, with nothing added, by default", () => {
  expect(read(docker).builder).toEqual({
    kind: "docker",
    dockerfile,
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

it("reads all inputs of builder docker", () => {
  const { builder } = read({
    ...docker,
    dockerfile: import.meta.filename,
    target: "run",
    platforms: "linux/amd64,linux/arm64",
    "build-args": "BASE=node:24\nURL=https://example.com/?a=b",
    "build-contexts": `node=oci-layout://base@${digest}`,
    "secret-files": `ca=${dockerfile}`,
    cache: "gha",
    provenance: "max",
    sbom: "true",
  });
  expect(builder).toEqual({
    kind: "docker",
    dockerfile: import.meta.filename,
    target: "run",
    platforms: [amd64, arm64],
    buildArgs: new Map(Object.entries({ BASE: "node:24", URL: "https://example.com/?a=b" })),
    buildContexts: new Map([["node", `oci-layout://base@${digest}`]]),
    secretFiles: new Map([["ca", dockerfile]]),
    cache: "gha",
    provenance: "max",
    sbom: true,
  });
});

it.each([
  [{ tags: "v1\nlatest\nv1" }, ["v1", "latest"]],
  [{ tags: "a".repeat(128) }, ["a".repeat(128)]],
  [{ tags: "" }, ["d6cd1e2b"]],
])("gives an image with the inputs %j the tags %j", (inputs, expected) => {
  expect(read({ ...inputs, "create-repository": "true" }, { GITHUB_SHA: "d6cd1e2b" })).toMatchObject({
    tags: expected,
    destination: { create: true },
  });
});

it("reads an archive to write without a repository, and one to push without a source", () => {
  expect(read(fetching)).toMatchObject({ file: "base.tar", context: undefined, builder: { kind: "oci" } });
  expect(read(pushing)).toMatchObject({ archive: import.meta.filename, digest, tags: [] });
});

it.each([
  [{ ...fetching, outputs: "type=tar,dest=a" }, 'outputs has "type=tar,dest=a"; allowed: type=oci,dest=FILE'],
  [{ ...fetching, outputs: "type=oci,dest=a,tar=false" }, 'outputs has "type=oci,dest=a,tar=false"'],
  [{ ...fetching, outputs: "type=oci,dest=-" }, 'outputs has "type=oci,dest=-"'],
  [{ ...fetching, outputs: "type=oci,dest=a\nb" }, String.raw`outputs has "type=oci,dest=a\nb"`],
  [{ ...fetching, outputs: `type=oci,dest=${context}` }, "is a folder, not a file"],
  [{ ...fetching, repository: "customer" }, "Input repository does not go with outputs"],
  [{ ...fetching, context }, "Input context does not go with outputs and builder oci"],
  [{ ...fetching, "base-image": "scratch" }, "Input base-image is scratch, which has no image"],
  [{ ...pushing, context }, "Input context does not go with archive"],
  [{ ...pushing, "build-args": "A=1" }, "Input build-args does not go with archive"],
  [{ ...pushing, archive: "" }, "Input archive is required"],
  [{ ...pushing, digest: "sha256:1" }, 'Input digest is "sha256:1"; expected sha256:'],
  [{ context: "/nowhere.tar" }, "file /nowhere.tar does not exist"],
  [{ repository: "" }, "Input repository is required"],
  [{ repository: "ghcr.io/owner/customer:v1" }, "the name of an ECR repository, such as customer"],
  [
    { repository: "ghcr.io/owner/customer", "create-repository": "true" },
    "create-repository works with ECR only",
  ],
  [{ context: "/nowhere" }, "folder /nowhere does not exist"],
  [{ builder: "kaniko" }, `Input builder is "kaniko"; allowed: oci, docker`],
  [{ builder: "docker" }, "Input base-image does not go with builder docker"],
  [{ target: "run" }, "Input target does not go with builder oci"],
  [{ tags: "-latest" }, `Input tags has "-latest"`],
  [{ tags: "a".repeat(129) }, "expected up to 128 letters"],
  [{ tags: `source-${"a".repeat(40)}` }, "tags that begin with source- are reserved"],
  [{ labels: "team" }, `Input labels has the line "team"`],
  [{ tags: "?", labels: "team", user: "a b" }, "3 inputs are wrong"],
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
  [{ ...docker, dockerfile: "nowhere/Dockerfile" }, "dockerfile: file nowhere/Dockerfile does not exist"],
  [{ ...docker, context: tmpdir() }, "The context has no Dockerfile"],
  [{ ...docker, "build-args": "1A=b" }, 'Input build-args has "1A"'],
  [{ ...docker, "build-args": "A" }, "expected lines of the form name=value"],
  [{ ...docker, "build-contexts": "node=oci-layout://base:24" }, 'has "node=oci-layout://base:24"; expected'],
  [{ ...docker, "build-contexts": "node=../base" }, 'has "node=../base"; expected name=oci-layout://folder@'],
  [{ ...docker, "secret-files": "ca=nowhere.pem" }, "secret-files: file nowhere.pem for ca does not exist"],
  [{ ...docker, "secret-files": "c a=nowhere.pem" }, 'Input secret-files has "c a"; expected a name'],
  [{ ...docker, cache: "s3" }, 'Input cache is "s3"; allowed: none, gha'],
  [{ ...docker, provenance: "true" }, 'Input provenance is "true"; allowed: none, min, max'],
])("refuses %j", (inputs, message) => {
  expect(() => read(inputs as Record<string, string>)).toThrow(message);
});

it("reads the inputs of action.yml, and no other", () => {
  const asked = new Set<string>();
  for (const [input, value] of Object.entries({ builder: "docker", context: "oci", archive: "a" })) {
    const getInput = (name: string) => {
      asked.add(name);
      return name === input ? value : "";
    };
    expect(() => readBuildInputs({}, getInput)).toThrow();
  }
  const { inputs } = parse(readFileSync(new URL("../action.yml", import.meta.url), "utf8"));
  expect([...asked].sort()).toEqual(Object.keys(inputs).sort());
});
