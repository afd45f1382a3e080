import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, describe, expect, test } from "vitest";
import { serve } from "../../load/server.support.ts";
import { digestOf } from "../../registry/oci.ts";
import { pinImages } from "./find-images.ts";
import { createTestFixture, createWorkbench } from "./workbench.support.ts";

const digest = `sha256:${"a".repeat(64)}`;
const bench = createWorkbench();

const simulator = await startTestSimulator();
const { repository } = await simulator.aws.ecr.createRepository({ repositoryName: "team/customer" });
const uri = repository?.repositoryUri as string;
afterAll(() => simulator.close());

async function render(images: string, image = "old") {
  const file = bench.file("task.json", {
    family: "shop",
    containerDefinitions: [
      { name: "web", image },
      { name: "side", image: "nginx:1" },
    ],
  });
  const inputs = { "task-definition": file, images, placeholders: `{"IMAGE":"ecr://team/customer:v1"}` };
  const { taskDefinition } = await bench.render(inputs, simulator.clientConfig);
  return taskDefinition.containerDefinitions?.map((container) => container.image);
}

test("gives an image of another job the address of this job's registry", async () => {
  expect(await render(`web=ecr://team/customer@${digest}`)).toEqual([`${uri}@${digest}`, "nginx:1"]);
});

test("locates an image in a placeholder, too", async () => {
  expect(await render("", "<IMAGE>")).toEqual([`${uri}:v1`, "nginx:1"]);
});

test.each([
  [`web=ecr://nobody@${digest}`, 'ECR repository "nobody" does not exist in this account and region'],
  ["web=ecr://team/customer", "expected ecr://<repository>@sha256:… or ecr://<repository>:<tag>"],
  ["web=ecr://Team@sha256:1", "expected ecr://<repository>@sha256:… or ecr://<repository>:<tag>"],
])("refuses %s", async (images, reason) => {
  const image = images.slice("web=".length);
  await expect(render(images)).rejects.toThrow(
    `The image ${image} of the container "web" cannot be found: ${reason}`,
  );
});

describe("pinning", () => {
  const manifest = JSON.stringify({ schemaVersion: 2 });
  const digest = digestOf(manifest);

  /** A public registry: `app` with seven tags, `empty` with none, `private` without access. */
  async function pin(...images: string[]) {
    const asked: string[] = [];
    const origin = await serve(({ url: path = "" }, response) => {
      asked.push(path);
      if (path.startsWith("/v2/private/")) response.writeHead(401).end();
      else if (path === "/v2/app/manifests/1.10") response.end(manifest);
      else if (path === "/v2/app/tags/list")
        response.end(JSON.stringify({ tags: ["1.1", "1.10", "1.2", "1.3", "1.4", "1.5", "1.9"] }));
      else if (path === "/v2/empty/tags/list") response.end(JSON.stringify({ tags: null }));
      else response.writeHead(404).end("{}");
    });
    const { host } = new URL(origin);
    const containers = images.map((image, index) => ({ name: `c${index}`, image: `${host}/${image}` }));
    const faults: string[] = [];
    await pinImages(containers, createTestFixture("/nowhere"), faults);
    return { host, asked, images: containers.map(({ image }) => image), faults };
  }

  test("reads a public registry without credentials, and once per image", async () => {
    const { host, asked, images, faults } = await pin("app:1.10", "app:1.10");
    const pinned = `${host}/app@${digest}`;
    expect({ images, faults }).toEqual({ images: [pinned, pinned], faults: [] });
    expect(asked).toEqual(["/v2/app/manifests/1.10"]);
  });

  test.each([
    ["app:2", /\/app does not have the tag 2 \(it has 1\.10, 1\.9, 1\.5, 1\.4, 1\.3 and 2 more\)$/],
    ["empty:1", /\/empty does not have the tag 1 \(it has no tags at all\)$/],
    [
      "nobody:1",
      /^The image \S+\/nobody:1 of the container "c0" cannot be pinned: \S+ does not have the repository nobody$/,
    ],
    ["private:1", /cannot be pinned: The registry \S+ refused access to private$/],
  ])("refuses %s and leaves it as it is", async (image, message) => {
    const { host, images, faults } = await pin(image);
    expect(images).toEqual([`${host}/${image}`]);
    expect(faults).toEqual([expect.stringMatching(message)]);
  });

  test("reports every image that cannot be pinned", async () => {
    const { faults } = await pin("UPPER:1", "app:2");
    expect(faults).toEqual([
      expect.stringMatching(
        /\/UPPER:1 of the container "c0" cannot be pinned: it is not a valid image name$/,
      ),
      expect.stringContaining('the container "c1"'),
    ]);
  });

  test("does not search for an image with an unfilled placeholder", async () => {
    const containers = [{ name: "web", image: "<IMAGE1_NAME>" }];
    const faults: string[] = [];
    await pinImages(containers, createTestFixture("/nowhere"), faults);
    expect(faults).toEqual([]);
  });
});
