import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type BuiltImage,
  build,
  docker,
  openWorkshop,
  run,
  testEnvironment,
  type Workshop,
} from "../../built-images.support.ts";
import { digestOf } from "../../registry/oci.ts";
import { tag } from "./tag-image.support.ts";

let workshop: Workshop;
let single: BuiltImage;
let several: BuiltImage;
beforeAll(async () => {
  workshop = await openWorkshop();
  const { simulator, folder } = workshop;
  const context = testEnvironment(simulator);
  single = await build(simulator, folder, { text: "one" });
  several = await build(simulator, folder, { text: "several", architectures: ["amd64", "arm64"] });
  await tag(single.portableImage, "single", context);
  await tag(several.portableImage, "several", context);
});
afterAll(() => workshop?.close());

it.each<[string, () => BuiltImage]>([
  ["single", () => single],
  ["several", () => several],
])("is read by skopeo with the image's bytes under the tag %s", async (name, image) => {
  const authfile = ["--authfile", join(workshop.dockerConfig, "config.json")];
  const reference = `docker://${workshop.host}/customer:${name}`;
  const { stdout } = await run("skopeo", ["inspect", "--raw", "--tls-verify=false", ...authfile, reference]);
  expect(digestOf(stdout)).toBe(image().digest);
});

it("is pulled by docker with the same result by tag and by digest", async () => {
  const name = `${workshop.host}/customer:single`;
  await docker("--config", workshop.dockerConfig, "pull", "--quiet", name);
  const [{ RepoDigests }] = JSON.parse(await docker("image", "inspect", name));
  expect(RepoDigests).toEqual([single.image]);
});
