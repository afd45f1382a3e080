import type { Container, ContainerDefinition, Task } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { toFailedTask } from "./failed-task.ts";

const web = (exitCode?: number, more: Container = {}) => ({ name: "web", exitCode, ...more });
const proxy = (exitCode?: number, more: Container = {}) => ({ name: "proxy", exitCode, ...more });
const aws = (exitCode?: number) => ({ name: "ecs-service-connect-Xy", exitCode });
const definitions = (proxyOf: ContainerDefinition = {}): ContainerDefinition[] => [
  { name: "web", essential: true, portMappings: [{ containerPort: 80 }] },
  { name: "proxy", ...proxyOf },
];
const aside = { essential: false };
const unhealthy = { healthStatus: "UNHEALTHY" } as const;
const memory = { reason: "OutOfMemoryError: Container killed due to memory usage" };
/** The seconds between the stop and the end of the last container. */
const within = (seconds: number) => ({
  stoppingAt: new Date(0),
  executionStoppedAt: new Date(seconds * 1_000),
});
const stopped = (stoppedReason: string) =>
  ({ stopCode: "ServiceSchedulerInitiated", stoppedReason }) as const;

test.each<[string, Container[], string, ContainerDefinition?, Task?]>([
  ["an essential sidecar that exits with 3, not the program ended politely", [web(143), proxy(3)], "proxy"],
  ["the same sidecar, also if ECS ended the program by force", [web(137), proxy(3)], "proxy"],
  ["the same sidecar, also if the program then exits with 0", [web(0), proxy(3)], "proxy"],
  ["the same sidecar, also if AWS's own container failed", [aws(1), proxy(3), web(143)], "proxy"],
  ["the program, if the sidecar is not essential", [proxy(3), web(1)], "web", aside],
  ["the program, also if memory ended such a sidecar", [proxy(137, memory), web(1)], "web", aside],
  ["an essential sidecar that memory ended", [web(143), proxy(137, memory)], "proxy"],
  ["a program that ends with success", [proxy(143), web(0)], "web"],
  ["AWS's own container, if it alone failed", [web(143), proxy(143), aws(1)], "ecs-service-connect-Xy"],
  ["a program that was killed before ECS had time for it", [proxy(143), web(137)], "web", {}, within(2)],
  [
    "a program that ended by a signal, not the one that ECS killed",
    [proxy(137), web(143)],
    "web",
    {},
    within(31),
  ],
  [
    "a container that did not start, though it is not essential",
    [web(), proxy(undefined, { reason: "CannotPullContainerError" })],
    "proxy",
    aside,
    { stopCode: "TaskFailedToStart" },
  ],
  [
    "the container whose own check failed",
    [web(143), proxy(137, unhealthy)],
    "proxy",
    {},
    stopped("Task failed container health checks"),
  ],
  [
    "the container with a port, after a failed check of the load balancer",
    [proxy(1), web(0)],
    "web",
    {},
    stopped("Task failed ELB health checks in (x)"),
  ],
])("blames %s", (_, containers, blamed, definition, task) => {
  const failed = { stopCode: "EssentialContainerExited", containers, ...task } as const;
  expect(toFailedTask(failed, definitions(definition)).container).toBe(blamed);
});

test("names the others that may as well have ended the task", () => {
  const task = toFailedTask(
    { stopCode: "EssentialContainerExited", containers: [web(1), proxy(3)] },
    definitions(),
  );
  expect(task).toMatchObject({ container: "web", others: [{ container: "proxy", exitCode: 3 }] });
});
