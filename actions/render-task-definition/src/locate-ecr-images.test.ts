import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSimulator, type TestSimulator } from "../../../simulator/src/test-simulator.support.ts";
import { createWorkbench, type Workbench } from "./workbench.support.ts";

const digest = `sha256:${"a".repeat(64)}`;
let simulator: TestSimulator;
let bench: Workbench;
let uri: string;

beforeAll(async () => {
  simulator = await startTestSimulator();
  bench = createWorkbench();
  const { repository } = await simulator.aws.ecr.createRepository({ repositoryName: "team/customer" });
  uri = repository?.repositoryUri as string;
});
afterAll(async () => {
  bench.close();
  await simulator.close();
});

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
