import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useEmptyFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, it } from "vitest";
import type { ContainerOptions, TaskContainer, TaskRuntime, TaskRuntimeOptions } from "./runtime.ts";
import { standInProgram, startTaskRuntime, warningForRoot, withStandIns } from "./start-runtime.ts";

const program = readFileSync(
  new URL("../../../../lab/src/docker/stand-in-program.cjs", import.meta.url),
  "utf8",
);
const folder = useEmptyFolder();
const asStandIn = (kind: string) => [
  ...[kind, ["start", "migrate"], ["STAND_IN_FOR=app"]],
  { PORT: "1", STAND_IN_TASK_PORTS: "" },
];

/** A runtime that notes what it starts; each image has the same labels. */
function fakeRuntime(kind: string, label: string, text: string, started: unknown[]): TaskRuntime {
  const config = {
    Labels: { "ecs-delivery.stand-in": label },
    Entrypoint: ["node", "-e", text, "--"],
    Env: ["STAND_IN_FOR=app", "NODE_OPTIONS=--evil"],
  };
  const location = kind === "process" ? folder : kind;
  return {
    ...{ vcpuShare: 1, hostAddress: kind, waitedMs: async () => 0, close: async () => {} },
    pull: async () => ({ digest: "", location, config }),
    async start({ image, command, environment }) {
      started.push([kind, command, image.config.Env, environment]);
      return {} as TaskContainer;
    },
  };
}

it.each([
  ["a stand-in", "true", program, [], asStandIn("process")],
  ["a stand-in that the engine has built", "true", program, ["stand-in"], asStandIn("process")],
  ["a stand-in with a folder of programs", "true", program, ["stand-in/node"], asStandIn("docker")],
  ["a stand-in with another file", "true", program, ["stand-in", "node"], asStandIn("docker")],
  ["an image without the label", "", program, [], undefined],
  ["an image with another program", "true", "evil()", [], undefined],
])("next to an engine, %s starts as it must", async (_, label, text, files, start) => {
  await rm(folder, { recursive: true });
  for (const file of files) {
    await mkdir(join(folder, file, ".."), { recursive: true });
    await writeFile(join(folder, file), "");
  }
  await mkdir(folder, { recursive: true });
  const started: unknown[] = [];
  const [docker, processes] = ["docker", "process"].map((kind) =>
    fakeRuntime(kind, label, text, started),
  ) as [TaskRuntime, TaskRuntime];
  const runtime = withStandIns(docker, processes);
  const image = await runtime.pull("app");
  const environment = { PORT: "1", NODE_OPTIONS: "--evil" };
  const given = { image, command: ["migrate"], ports: [], environment };
  await runtime.start(given as unknown as ContainerOptions);
  expect(started).toEqual([start ?? ["docker", ["migrate"], image.config.Env, environment]]);
});

it("knows the program of stand-ins", () => {
  expect(createHash("sha256").update(program).digest("hex")).toBe(standInProgram);
});

it("refuses a service time for containers of Docker", async () => {
  const options = { serviceTimeMs: 10 } as unknown as TaskRuntimeOptions;
  await expect(startTaskRuntime("docker", options)).rejects.toThrow("Fix: --runtime process");
});

it("warns only root of the rights that tasks have, and only when they are processes", () => {
  expect(warningForRoot("process", 0)).toMatch(/^tasks run with the rights of root: .*--runtime docker$/);
  expect(warningForRoot("docker", 0)).toBeUndefined();
  expect(warningForRoot("process", 1000)).toBeUndefined();
  expect(warningForRoot("process", undefined)).toBe(warningForRoot("process", process.getuid?.()));
});
