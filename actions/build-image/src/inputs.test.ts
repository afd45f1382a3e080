import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { parse } from "yaml";
import { type BuildInputs, readBuildInputs } from "./inputs.ts";

const context = mkdtempSync(join(tmpdir(), "build-image-inputs-"));
afterAll(() => rmSync(context, { recursive: true }));

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
const pushing = { archive: import.meta.filename, digest, context: "", "base-image": "" };

it("needs only a repository, a context and a base image", () => {
  expect(read({})).toMatchObject({
    destination: { repository: { registry: "ecr", name: "customer" }, create: false },
    context,
    labels: new Map(),
    tags: [],
    builder: { kind: "oci" },
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
  [
    { ...fetching, outputs: "type=oci,dest=a\ntype=tar" },
    String.raw`outputs has "type=oci,dest=a\ntype=tar"`,
  ],
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
  [{ tags: "?", labels: "team" }, "2 inputs are wrong"],
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
