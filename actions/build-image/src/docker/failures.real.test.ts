import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Cancelled } from "../../../core/failure.ts";
import { fastClock } from "../../../core/fast-clock.support.ts";
import { always, answering, type FaultRule, first } from "../../../registry/faulty-registry.support.ts";
import { amd64, arm64 } from "../build-image.support.ts";
import {
  docker,
  pushNodeBase,
  run,
  useWorkshop,
  type Workshop,
  type WorkshopBuild,
} from "./docker.support.ts";
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

let registry: Awaited<ReturnType<Workshop["openFaulty"]>> | undefined;
afterEach(() => registry?.close());

let number = 0;
/** Builds and pushes to a registry that has these faults. */
async function pushThrough(rules: readonly FaultRule[]) {
  registry = await workshop.openFaulty(rules);
  const { destination } = registry;
  number += 1;
  const files = { Dockerfile: "FROM scratch\nCOPY number.txt /", "number.txt": `${number}` };
  return workshop.build(files, { inputs: { destination }, environment: { clock: fastClock } });
}

const manifest = { method: "PUT", path: /\/manifests\/source-/ };

it("pushes again when the registry has a fault", async () => {
  const built = await pushThrough([{ ...manifest, at: first, fault: answering(500) }]);
  expect(built.built).toBe(true);
  expect(workshop.lines()).toContainEqual(expect.stringMatching(/^Could not push to .*; pushing again/));
});

it("gives up when the registry keeps having faults, and leaves no image", async () => {
  await expect(pushThrough([{ ...manifest, at: always, fault: answering(503) }])).rejects.toMatchObject({
    message: expect.stringMatching(
      /^Could not push to 127\.0\.0\.1:\d+\/customer: .*503 Service Unavailable$/,
    ),
    nextStep: expect.stringContaining("run the job again"),
  });
  expect(await docker("images", "--quiet", registry?.uri ?? "")).toBe("");
});

it.each([
  [
    403,
    "DENIED",
    "User: arn:aws:iam::1:user/a is not authorized to perform: ecr:PutImage",
    "allow the job to push there",
  ],
  [404, "NAME_UNKNOWN", "The repository with name 'customer' does not exist", "create-repository"],
  [
    400,
    "TAG_INVALID",
    "The image tag already exists and cannot be overwritten because the repository is immutable",
    "run the job again",
  ],
])("says what to do when the registry refuses with %s %s", async (status, code, message, nextStep) => {
  const body = JSON.stringify({ errors: [{ code, message }] });
  const fault = answering(status, { "content-type": "application/json" }, body);
  await expect(pushThrough([{ ...manifest, at: always, fault }])).rejects.toMatchObject({
    message: expect.stringContaining("Could not push to "),
    nextStep: expect.stringContaining(nextStep),
  });
});

/** Returns whether any process has the word among its arguments; a container's processes are visible to their host. */
async function isRunning(word: string): Promise<boolean> {
  const { stdout } = await run("ps", ["-eo", "args"]);
  return stdout.includes(word);
}

it("ends the build and leaves no process, no folder and no image when the step is cancelled", async () => {
  const images = async () => {
    const { imageDetails } = await workshop.simulator.aws.ecr.describeImages({ repositoryName: "customer" });
    // The build pulls the base image, which changes its pull time.
    return imageDetails?.map(({ imageDigest, imageTags }) => ({ imageDigest, imageTags }));
  };
  const before = await images();
  const controller = new AbortController();
  const mark = `cancelled-build-of-${process.pid}`;
  let lines = 0;
  const say = (line: string) => {
    // BuildKit may leave a step running whose start it has not yet noticed (moby/buildkit#2855), so not at the first one.
    if (line.includes("running now") && ++lines === 5) controller.abort(new Cancelled("SIGINT"));
  };
  const variables = { RUNNER_TEMP: join(workshop.folder, "temporary") };
  await mkdir(variables.RUNNER_TEMP);
  const building = workshop.build(
    {
      Dockerfile: `FROM ${base}\nRUN ["node", "-e", "setInterval(() => console.log('running now'), 500) // ${mark}"]`,
    },
    { variables, environment: { signal: controller.signal, log: { info: say, notice: say, warning: say } } },
  );
  await expect(building).rejects.toBeInstanceOf(Cancelled);
  // The engine ends the step's process on its own once its client has gone.
  await expect.poll(() => isRunning(mark)).toBe(false);
  expect(await readdir(variables.RUNNER_TEMP)).toEqual([]);
  expect(await docker("images", "--quiet", `${workshop.host}/customer`)).toBe("");
  expect(await images()).toEqual(before);
});
