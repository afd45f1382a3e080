import type { ContainerDefinition, Task } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { toFailedTask } from "./failed-task.ts";

/** Parses `web=143 proxy=137:OutOfMemoryError`: name, exit code and AWS's reason. */
function taskOf(text: string, task: Task = {}): Task {
  const containers = text.split(" ").map((word) => {
    const [, name = "", code, reason] = /^(\w+)=(\d*)(?::(.+))?$/.exec(word) ?? [];
    const healthStatus = reason === "UNHEALTHY" ? reason : undefined;
    return {
      name,
      exitCode: code ? Number(code) : undefined,
      reason: healthStatus ? undefined : reason,
      healthStatus,
    };
  });
  return { stopCode: "EssentialContainerExited", containers, ...task } as Task;
}

const definitions = (proxy: Partial<ContainerDefinition> = {}): ContainerDefinition[] => [
  { name: "web", portMappings: [{ containerPort: 80 }] },
  { name: "proxy", ...proxy },
];
const aside = { essential: false };
/** The seconds between the stop and the end of the last container. */
const within = (s: number) => ({ stoppingAt: new Date(0), executionStoppedAt: new Date(s * 1_000) });
const stopped = (stoppedReason: string) =>
  ({ stopCode: "ServiceSchedulerInitiated", stoppedReason }) as const;
const unstarted = { stopCode: "TaskFailedToStart" } as const;

test.each<[string, string, Partial<ContainerDefinition>?, Task?]>([
  ["web=143 proxy=3", "proxy"],
  ["web=137 proxy=3", "proxy"],
  ["web=0 proxy=3", "proxy"],
  ["proxy=143 web=0", "web"],
  ["web=143 proxy=137:OutOfMemoryError", "proxy"],
  [
    "web=143 proxy=137",
    "proxy",
    {},
    { stoppedReason: "OutOfMemoryError: Container killed due to memory usage" },
  ],
  // AWS's own container, such as the proxy of Service Connect, is not in the definition.
  ["aws=1 proxy=3 web=143", "proxy"],
  ["web=143 proxy=143 aws=1", "aws"],
  ["proxy=3 web=1", "web", aside],
  ["proxy=137:OutOfMemoryError web=1", "web", aside],
  ["web= proxy=:CannotPullContainerError", "proxy", aside, unstarted],
  ["proxy=143 web=137", "web", {}, within(29)],
  ["proxy=0 web=137", "web", {}, within(1)],
  ["web=137 proxy=0", "proxy", {}, within(30)],
  ["proxy=143 web=137", "proxy", {}, within(30)],
  ["web=143 proxy=137:UNHEALTHY", "proxy", {}, stopped("Task failed container health checks")],
  ["proxy=1 web=0", "web", {}, stopped("Task failed ELB health checks in (x)")],
])("of containers that ended with %s, blames %s", (containers, blamed, proxy, task) => {
  expect(toFailedTask(taskOf(containers, task), definitions(proxy)).container).toBe(blamed);
});

test("names the others that may as well have ended the task", () => {
  const { container, others } = toFailedTask(taskOf("web=1 proxy=3"), definitions());
  expect([container, others]).toEqual([
    "web",
    [expect.objectContaining({ container: "proxy", exitCode: 3 })],
  ]);
});
