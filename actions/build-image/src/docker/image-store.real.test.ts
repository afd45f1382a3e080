import { afterAll, beforeAll, expect, it } from "vitest";
import { always, answering } from "../../../shared/registry/faulty-registry.support.ts";
import type { BuiltImage } from "../build-image.ts";
import { openWorkshop, run, type Workshop, type WorkshopBuild } from "./docker.support.ts";
import { startEngine, type TestEngine } from "./engine.support.ts";

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
async function readIndex({ image }: BuiltImage) {
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
