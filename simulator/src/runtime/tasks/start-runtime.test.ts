import { expect, it } from "vitest";
import type { ContainerOptions, TaskContainer, TaskRuntime } from "./runtime.ts";
import { warningForRoot, withStandIns } from "./start-runtime.ts";

/** A runtime that notes what it starts; each image has the same labels. */
function fakeRuntime(kind: string, Labels: Record<string, string>, started: unknown[]): TaskRuntime {
  return {
    ...{ vcpuShare: 1, hostAddress: kind, waitedMs: async () => 0, close: async () => {} },
    pull: async () => ({ digest: "", location: kind, config: { Labels, Entrypoint: ["node"] } }),
    async start({ image, command }) {
      started.push([kind, image.location, command]);
      return {} as TaskContainer;
    },
  };
}

it.each([
  ["true", ["process", "process", ["start", "migrate"]]],
  ["", ["docker", "docker", ["migrate"]]],
])("next to an engine, an image with the label of a stand-in '%s' starts as %j", async (label, start) => {
  const started: unknown[] = [];
  const [docker, processes] = ["docker", "process"].map((kind) =>
    fakeRuntime(kind, { "ecs-delivery.stand-in": label }, started),
  ) as [TaskRuntime, TaskRuntime];
  const runtime = withStandIns(docker, processes);
  const image = await runtime.pull("app");
  const given = { image, command: ["migrate"], ports: [], environment: {} };
  await runtime.start(given as unknown as ContainerOptions);
  expect(started).toEqual([start]);
});

it("warns only root of the rights that tasks have, and only when they are processes", () => {
  expect(warningForRoot("process", 0)).toMatch(/^tasks run with the rights of root: .*--runtime docker$/);
  expect(warningForRoot("docker", 0)).toBeUndefined();
  expect(warningForRoot("process", 1000)).toBeUndefined();
  expect(warningForRoot("process", undefined)).toBe(warningForRoot("process", process.getuid?.()));
});
