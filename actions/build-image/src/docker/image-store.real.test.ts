import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { always, answering } from "../../../shared/registry/faulty-registry.support.ts";
import { testEnvironment, toRepository } from "../build-image.support.ts";
import type { BuiltImage } from "../build-image.ts";
import { makeImage } from "../make-image.ts";
import { openWorkshop, run, type Workshop, type WorkshopBuild } from "./docker.support.ts";
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

/** Returns the index, read by an independent client. */
async function readIndex({ image }: Pick<BuiltImage, "image">) {
  const authFile = `${workshop.dockerConfig}/config.json`;
  const { stdout } = await run("skopeo", [
    "inspect",
    "--raw",
    "--tls-verify=false",
    "--authfile",
    authFile,
    `docker://${image}`,
  ]);
  return JSON.parse(stdout) as { manifests: { platform: { os: string; architecture: string } }[] };
}

const images = () => engineDocker("images", "--quiet");
const engineDocker = async (...args: string[]) =>
  (await run("docker", args, { env: { ...process.env, ...engine.variables } })).stdout;

it("builds for several platforms and returns the index's digest", async () => {
  const built = await build(files, { docker: { platforms: ["linux/amd64", "linux/arm64"] } });
  const { manifests } = await readIndex(built);
  expect(manifests.map(({ platform }) => platform.architecture)).toEqual(["amd64", "arm64"]);
  expect(built.parts.map(({ what }) => what)).toEqual(["linux/amd64", "linux/arm64"]);
  expect(await images()).toBe("");
});

it("attests how the image was built", async () => {
  const built = await build(files, { docker: { provenance: "max" } });
  const { manifests } = await readIndex(built);
  expect(manifests.map(({ platform }) => platform.os)).toEqual(["linux", "unknown"]);
});

it.each<[string, Partial<DockerInputs>]>([
  ["one platform", {}],
  ["several platforms", { platforms: ["linux/amd64", "linux/arm64"] }],
  ["attestations", { provenance: "max" }],
])("writes an archive with %s, which is pushed as it is", async (name, docker) => {
  const archive = join(workshop.folder, "out/a,b.tar");
  const { variables } = engine;
  const { digest, image } = await workshop.write({ ...files, "a.txt": name }, archive, { docker, variables });
  expect(image).toBe("");
  const inputs = { archive, digest, destination: toRepository("customer"), tags: [] };
  const pushed = await makeImage(inputs, testEnvironment(workshop.simulator));
  expect(pushed).toMatchObject({
    built: true,
    digest,
    image: expect.stringContaining(`/customer@${digest}`),
  });
  const { manifests } = await readIndex(pushed);
  expect(manifests?.length).toBe(name === "one platform" ? undefined : 2);
});

it("builds on a base image that another job has written", async () => {
  const folder = join(workshop.folder, "base");
  const { variables } = engine;
  const { digest } = await workshop.write(files, `${folder}.tar`, { variables });
  await mkdir(folder);
  await run("tar", ["-xf", `${folder}.tar`, "-C", folder]);
  const buildContexts = new Map([["base", `oci-layout://${folder}@${digest}`]]);
  const sources = { ...files, Dockerfile: "FROM base\nCOPY a.txt /b.txt" };
  const { parts } = await workshop.write(sources, `${folder}.tar`, { variables, docker: { buildContexts } });
  expect(parts).toHaveLength(3);
});

it.each(["registry", "inline"] as const)(
  "takes the layers of the last build from cache %s",
  async (cache) => {
    const sources = { ...files, "a.txt": `cache ${cache}` };
    await build(sources, { docker: { cache } });
    const { imageDetails } = await workshop.simulator.aws.ecr.describeImages({
      repositoryName: "customer",
      imageIds: [{ imageTag: "build-cache" }],
    });
    expect(imageDetails).toHaveLength(1);
    await engineDocker("builder", "prune", "--all", "--force");
    const again = await build({ ...sources, "b.txt": "not copied" }, { docker: { cache } });
    expect(again.built).toBe(true);
    expect(again.record).toMatch(/COPY --from=a \/a\.txt \.\/ \| cached \|/);
  },
);

it("reports that the cache could not be written, and succeeds", async () => {
  const fault = answering(403, { "content-type": "application/json" }, '{"errors":[{"code":"DENIED"}]}');
  const rule = { method: "PUT", path: /\/manifests\/build-cache$/, at: always, fault };
  const { destination, close } = await workshop.openFaulty([rule]);
  const built = await build(
    { ...files, "a.txt": "denied" },
    { docker: { cache: "registry" }, inputs: { destination } },
  );
  await close();
  expect(built.built).toBe(true);
  expect(workshop.lines()).toContainEqual(
    expect.stringMatching(/^Could not write the build cache, so the next build is slower: .*403/),
  );
});
