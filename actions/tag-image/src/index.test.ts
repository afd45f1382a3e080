import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, afterEach, expect, it } from "vitest";
import { build } from "../../built-images.support.ts";
import { runEntry } from "../../core/entry.support.ts";
import { shortDigest } from "../../registry/oci.ts";

const simulator = await startTestSimulator();
const folder = useFolder();
await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
const old = await build(simulator, folder, { text: "old", tags: ["latest"] });
const image = await build(simulator, folder, { text: "new", tags: ["v1"] });
afterEach(() => simulator.faults.clear());
afterAll(() => simulator.close());

const run = (image: string, tags: string) => runEntry("tag-image", { simulator, inputs: { image, tags } });

it("sets every output, masks the login, and shows each tag's previous image", async () => {
  const named = { image: image.image, digest: image.digest };
  const first = await run(image.portableImage, "latest\nv1\nv2");
  expect(first.lines.some((line) => line.startsWith("::add-mask::"))).toBe(true);
  expect(first).toMatchObject({
    exitCode: 0,
    errors: [],
    outputs: { ...named, changed: "true" },
    summary: expect.stringContaining(`- latest: ${shortDigest(old.digest)} → ${shortDigest(image.digest)}
- v1: already
- v2: new → ${shortDigest(image.digest)}
`),
  });
  expect(first.summary).toContain(`@${shortDigest(image.digest)} has the tags latest, v1, v2`);
  const again = await run(image.portableImage, "latest\nv1\nv2");
  expect(again.outputs).toEqual({ ...named, changed: "false" });
  expect(again.summary.match(/already/g)).toHaveLength(3);
});

it.each([
  ["wrong inputs", "customer", "a/b", undefined, /2 inputs are wrong/],
  ["a missing image", "ecr://customer:v9", "latest", undefined, /has no image with the tag v9/],
  [
    "a missing right",
    "ecr://customer:v1",
    "latest",
    "ecr:DescribeRepositories",
    /The AWS role may not do this/,
  ],
])("reports %s in one annotation with a next step, and no output", async (_, name, tags, denied, message) => {
  if (denied) simulator.faults.add({ kind: "deny", operation: denied });
  const { exitCode, errors, outputs } = await run(name, tags);
  expect({ exitCode, outputs }).toEqual({ exitCode: 1, outputs: {} });
  expect(errors).toEqual([expect.stringMatching(message)]);
  expect(errors[0]).toContain("Next step: ");
});
