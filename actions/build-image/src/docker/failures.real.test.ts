import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { fastClock } from "../../../core/fast-clock.support.ts";
import { amd64, arm64 } from "../build-image.support.ts";
import { pushNodeBase, useWorkshop, type WorkshopBuild } from "./docker.support.ts";
import { startEngine } from "./engine.support.ts";
import type { DockerInputs } from "./inputs.ts";

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
    /^Dockerfile:2: process .* did not complete successfully: exit code: 3: one \| two$/,
    "correct this instruction",
  ],
  [
    "a file that is not in the context",
    () => `FROM scratch\nCOPY missing.txt /`,
    /^Dockerfile:2: .*"\/missing.txt": not found$/,
    "output is above",
  ],
  [
    "an unknown instruction",
    () => "FROM scratch\nCOPPY a /",
    /^Dockerfile:2: dockerfile parse error on line 2: unknown instruction: COPPY/,
    "output is above",
  ],
  [
    "a base without such a tag",
    () => `FROM ${base}-24\nCOPY Dockerfile /`,
    /^Dockerfile:1: .*failed to resolve source metadata for 127\.0\.0\.1:\d+\/base:node-24: .*not found$/,
    "correct the base image's name",
  ],
  [
    "a base whose registry cannot be reached",
    () => "FROM 127.0.0.1:9/base:1\nCOPY Dockerfile /",
    /^Dockerfile:1: 127\.0\.0\.1:9\/base:1: .*connection refused$/,
    "that the runner can reach it",
  ],
  [
    "a full disk",
    () => `FROM ${base}\nRUN ["node", "-e", "require('node:fs').writeFileSync('/dev/full', 'x')"]`,
    /ENOSPC/,
    "docker system df",
  ],
])("explains %s", async (_, dockerfile, message, nextStep) => {
  const failure = await fails({ Dockerfile: dockerfile() }, { environment: { clock: fastClock } });
  expect(failure.message).toMatch(message);
  expect(failure.nextStep).toContain(nextStep);
});

it("explains a target that is not a stage", async () => {
  const files = { Dockerfile: "FROM scratch AS build\nFROM scratch AS run\nCOPY Dockerfile /" };
  expect(await fails(files, { docker: { target: "test" } })).toEqual({
    message: expect.stringContaining('target stage "test" could not be found'),
    nextStep: expect.stringContaining("output is above"),
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
      message: expect.stringMatching(/^docker buildx build failed: .*Cannot connect to the Docker daemon/),
      nextStep: expect.stringContaining("builder oci does not need one"),
    });
  });

  it("reports that the builder of buildx does not exist", async () => {
    expect(await fails(any, { variables: { BUILDX_BUILDER: "nobody" } })).toEqual({
      message: expect.stringMatching(/^docker buildx build failed: no builder "nobody" found/),
      nextStep: expect.stringContaining("docker/setup-buildx-action"),
    });
  });

  it.each<Partial<DockerInputs>>([{ platforms: [amd64, arm64] }, { provenance: "max" }, { sbom: true }])(
    "reports that an engine without an image store cannot build with %j",
    async (docker) => {
      const { variables, close } = await startEngine({ imageStore: false });
      const failure = await fails(any, { docker, variables });
      await close();
      expect(failure).toEqual({
        message: expect.stringContaining("is not supported for the docker driver"),
        nextStep: expect.stringContaining("docker/setup-buildx-action"),
      });
    },
  );
});
