import type { Task } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { faultyContainers, hasSucceeded } from "./follow-to-end.ts";

const exited = "EssentialContainerExited" as const;
const job = (exitCode?: number, reason?: string) => ({ name: "job", exitCode, reason });
const sidecar = (exitCode?: number, reason?: string) => ({ name: "sidecar", exitCode, reason });

test.each<[string, Task]>([
  ["it alone exits with 0", { stopCode: exited, containers: [job(0)] }],
  ["all exit with 0", { stopCode: exited, containers: [sidecar(0), job(0)] }],
  ["ECS ends the other, politely", { stopCode: exited, containers: [job(0), sidecar(143)] }],
  ["ECS ends the other, by force", { stopCode: exited, containers: [job(0), sidecar(137)] }],
])("green: %s", (_, task) => {
  expect(hasSucceeded(task, "job")).toBe(true);
});

test.each<[string, Task, string[]]>([
  ["another exit code", { stopCode: exited, containers: [job(1), sidecar(0)] }, ["job"]],
  ["no exit code", { stopCode: exited, containers: [job()] }, ["job"]],
  ["a signal that is not the task's end", { stopCode: exited, containers: [job(143)] }, ["job"]],
  ["the other fails", { stopCode: exited, containers: [job(0), sidecar(2)] }, ["sidecar"]],
  ["the other never ran", { stopCode: exited, containers: [job(0), sidecar()] }, ["sidecar"]],
  ["the other takes it along", { stopCode: exited, containers: [job(143), sidecar(2)] }, ["sidecar", "job"]],
  ["both fail", { stopCode: exited, containers: [sidecar(1), job(1)] }, ["job", "sidecar"]],
  ["it is stopped, and exits with 0 for it", { stopCode: "UserInitiated", containers: [job(0)] }, []],
  ["Spot takes the capacity back", { stopCode: "SpotInterruption", containers: [job(0)] }, []],
])("red: %s", (_, task, faulty) => {
  expect(hasSucceeded(task, "job")).toBe(false);
  expect(faultyContainers(task, "job").map(({ name }) => name)).toEqual(faulty);
});
