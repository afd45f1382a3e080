import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ImageIndex, platformName } from "../../../registry/oci.ts";
import { amd64, arm64, testEnvironment, toRepository } from "../build-image.support.ts";
import type { BuiltImage } from "../build-image.ts";
import { makeImage } from "../make-image.ts";
import { openWorkshop, run, skopeo, type Workshop, type WorkshopBuild } from "./docker.support.ts";
import { startEngine, type TestEngine } from "./engine.support.ts";
import type { DockerInputs } from "./inputs.ts";

let workshop: Workshop;
let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine({ imageStore: true });
  workshop = await openWorkshop();
});
afterAll(async () => {
  await workshop?.close();
  await engine?.close();
});

const files = {
  Dockerfile: "FROM scratch AS a\nCOPY a.txt /\nFROM scratch\nWORKDIR /app\nCOPY --from=a /a.txt ./",
  "a.txt": "a",
};

const build = (sources: Record<string, string>, options: WorkshopBuild) =>
  workshop.build(sources, { ...options, variables: { ...engine.variables, ...options.variables } });

/** Returns the operating systems and architectures in an index. */
async function platformsOf({ image }: Pick<BuiltImage, "image">): Promise<string[]> {
  const { manifests = [] } = (await skopeo(workshop, image, "--raw")) as Partial<ImageIndex>;
  return manifests.map(({ platform }) => platformName(platform));
}

const images = () => engineDocker("images", "--quiet");
const engineDocker = async (...args: string[]) =>
  (await run("docker", args, { env: { ...process.env, ...engine.variables } })).stdout;

it("builds for several platforms and returns the index's digest", async () => {
  const built = await build(files, { docker: { platforms: [amd64, arm64] } });
  expect(await platformsOf(built)).toEqual(["linux/amd64", "linux/arm64"]);
  expect(built.parts.map(({ what }) => what)).toEqual(["linux/amd64", "linux/arm64"]);
  expect(await images()).toBe("");
});

it("attests how the image was built", async () => {
  const built = await build(files, { docker: { provenance: "max" } });
  expect(await platformsOf(built)).toEqual(["linux/amd64", "unknown/unknown"]);
});

it.each<[Partial<DockerInputs>, string[]]>([
  [{}, []],
  [{ platforms: [amd64, arm64] }, ["linux/amd64", "linux/arm64"]],
  [{ provenance: "max" }, ["linux/amd64", "unknown/unknown"]],
])("writes an archive with %j, which is pushed as it is", async (docker, platforms) => {
  const archive = join(workshop.folder, "out/a,b.tar");
  const { digest } = await workshop.write({ ...files, "a.txt": `${platforms}` }, archive, {
    docker,
    variables: engine.variables,
  });
  const inputs = { archive, digest, destination: toRepository("customer"), tags: [] };
  const pushed = await makeImage(inputs, testEnvironment(workshop.simulator));
  expect(pushed).toMatchObject({ built: true, digest });
  expect(await platformsOf(pushed)).toEqual(platforms);
});

it("builds on a base image that another job has written", async () => {
  const folder = join(workshop.folder, "base");
  const { variables } = engine;
  const { digest } = await workshop.write(files, `${folder}.tar`, { variables });
  await mkdir(folder);
  await run("tar", ["-xf", `${folder}.tar`, "-C", folder]);
  const base = `127.0.0.1:9/base@${digest}`;
  const buildContexts = new Map([[base, `oci-layout://${folder}@${digest}`]]);
  const sources = { ...files, Dockerfile: `FROM ${base}\nCOPY a.txt /b.txt` };
  const { parts } = await workshop.write(sources, `${folder}.tar`, { variables, docker: { buildContexts } });
  expect(parts).toHaveLength(3);
});
