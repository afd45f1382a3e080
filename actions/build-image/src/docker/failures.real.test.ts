import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { fastClock } from "../../../shared/fast-clock.support.ts";
import { pushNodeBase, useWorkshop, type WorkshopBuild } from "./docker.support.ts";
import { startEngine } from "./engine.support.ts";

const workshop = await useWorkshop();
let base: string;
beforeAll(async () => {
  base = await pushNodeBase(workshop);
});
afterEach(() => vi.unstubAllEnvs());

const fails = (files: Record<string, string>, options?: WorkshopBuild) =>
  workshop.build(files, options).then(
    () => expect.fail("it built"),
    (error) => ({ message: error.message, nextStep: error.nextStep }),
  );

it.each([
  [
    "a step that fails, with the end of its output",
    () => `FROM ${base}\nRUN ["node", "-e", "console.error('one'); console.error('two'); process.exit(3)"]`,
    /^Dockerfile:2: RUN \["node".*\] ended with exit code 3: one \| two$/,
    "correct this instruction",
  ],
  [
    "a file that is not in the context",
    () => `FROM scratch\nCOPY missing.txt /`,
    "Dockerfile:2: /missing.txt is not in the context",
    ".dockerignore",
  ],
  [
    "an unknown instruction",
    () => "FROM scratch\nCOPPY a /",
    /^Dockerfile:2: dockerfile parse error on line 2: unknown instruction: COPPY/,
    "correct the Dockerfile",
  ],
  [
    "a base without such a tag",
    () => `FROM ${base}-24\nCOPY Dockerfile /`,
    /^Dockerfile:1: cannot pull the image 127\.0\.0\.1:\d+\/base:node-24: .*not found$/,
    "correct its name and tag",
  ],
  [
    "a base whose registry cannot be reached",
    () => "FROM 127.0.0.1:9/base:1\nCOPY Dockerfile /",
    /^Dockerfile:1: cannot pull the image 127\.0\.0\.1:9\/base:1: .*connection refused$/,
    "that the runner can reach its registry",
  ],
  [
    "a full disk",
    () => `FROM ${base}\nRUN ["node", "-e", "require('node:fs').writeFileSync('/dev/full', 'x')"]`,
    /^The disk of the Docker engine is full/,
    "docker system df",
  ],
  [
    "a Dockerfile without FROM",
    () => "# nothing",
    /Dockerfile has no instruction FROM$/,
    "correct the Dockerfile",
  ],
])("explains %s", async (_, dockerfile, message, nextStep) => {
  const failure = await fails({ Dockerfile: dockerfile() }, { environment: { clock: fastClock } });
  expect(failure.message).toMatch(message);
  expect(failure.nextStep).toContain(nextStep);
});

it("lists the stages when none has the target's name", async () => {
  const files = { Dockerfile: "FROM scratch AS build\nFROM scratch AS run\nCOPY Dockerfile /" };
  expect(await fails(files, { docker: { target: "test" } })).toEqual({
    message: expect.stringMatching(/Dockerfile does not have the stage test; it has build, run$/),
    nextStep: "correct the input target; nothing was changed.",
  });
});

const any = { Dockerfile: "FROM scratch\nCOPY Dockerfile /" };

describe("before anything is built", () => {
  it("reports that docker is missing", async () => {
    vi.stubEnv("PATH", "/nowhere");
    expect(await fails({ Dockerfile: `${any.Dockerfile}1` })).toEqual({
      message: expect.stringMatching(/^docker could not be started/),
      nextStep: expect.stringContaining("install docker"),
    });
  });

  it("reports that no engine responds", async () => {
    const variables = { DOCKER_HOST: `unix://${join(workshop.folder, "no.sock")}` };
    expect(await fails(any, { variables })).toEqual({
      message: expect.stringMatching(
        /^The Docker engine does not respond: Cannot connect to the Docker daemon/,
      ),
      nextStep: expect.stringContaining("builder oci does not need one"),
    });
  });

  it("reports that the builder of buildx does not exist", async () => {
    expect(await fails(any, { variables: { BUILDX_BUILDER: "nobody" } })).toEqual({
      message: expect.stringMatching(/^buildx does not have this builder: no builder "nobody" found/),
      nextStep: expect.stringContaining("docker/setup-buildx-action"),
    });
  });

  it("reports that this step has no access to GitHub's cache", async () => {
    const variables = { ACTIONS_RUNTIME_TOKEN: undefined };
    expect(await fails(any, { docker: { cache: "gha" }, variables })).toEqual({
      message: expect.stringContaining("this step has no access to GitHub's cache"),
      nextStep: expect.stringContaining("run: steps do not receive"),
    });
  });

  it.each(["registry", "inline"] as const)("refuses cache %s where tags are immutable", async (cache) => {
    const { ecr } = workshop.simulator.aws;
    await ecr.putImageTagMutability({ repositoryName: "customer", imageTagMutability: "IMMUTABLE" });
    const failure = await fails(any, { docker: { cache } });
    await ecr.putImageTagMutability({ repositoryName: "customer", imageTagMutability: "MUTABLE" });
    expect(failure).toEqual({
      message: expect.stringMatching(/the tags of \S+ are immutable, build-cache too$/),
      nextStep: expect.stringContaining("use cache gha"),
    });
  });

  it("reports everything that an engine without an image store cannot do", async () => {
    const { variables, close } = await startEngine({ imageStore: false });
    const platforms = ["linux/amd64", "linux/arm64"];
    const failure = await fails(any, {
      docker: { platforms, provenance: "max", sbom: true, cache: "registry" },
      variables,
    });
    await close();
    expect(failure).toEqual({
      message:
        "The Docker engine of this runner does not support: several platforms (linux/amd64, linux/arm64), cache registry, provenance max, sbom",
      nextStep: expect.stringContaining("docker/setup-buildx-action"),
    });
  });
});
