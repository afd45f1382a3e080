import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAccessKeys } from "./access-keys.ts";
import { createAlarmActions } from "./aws/alarm-actions.ts";
import type { Aws, ServiceName } from "./aws/api.ts";
import { createClock } from "./clock.ts";
import type { Environment } from "./environment.ts";
import { AwsError } from "./errors.ts";
import { createGitRepositories } from "./planes/git/create-git-repositories.ts";
import { createNetwork } from "./planes/network.ts";
import type { Registry } from "./planes/registry.ts";
import { createProcessRuntime } from "./planes/tasks/process-runtime.ts";

/** For tests of one service: whatever of its environment the test does not give refuses to be used. */
export type TestEnvironment = Omit<Partial<Environment>, "aws"> & {
  aws?: { [Name in ServiceName]?: Partial<Aws[Name]> };
  /** Times faster than the wall; 600 by default, so that a documented 5-minute wait takes half a second. */
  timeScale?: number;
};

export async function createTestEnvironment(
  overrides: TestEnvironment = {},
): Promise<Environment & { remove(): Promise<void> }> {
  const { timeScale = 600, aws = {}, ...rest } = overrides;
  const dataDirectory = await mkdtemp(join(tmpdir(), "simulator-test-"));
  const { network = createNetwork(), registry = refusingRegistry } = overrides;
  const git = createGitRepositories({ directory: join(dataDirectory, "git") });
  const taskRuntime = createProcessRuntime({ registry, network, directory: join(dataDirectory, "tasks") });
  return {
    accountId: "123456789012",
    region: "us-east-1",
    clock: createClock(timeScale),
    network,
    accessKeys: createAccessKeys([]),
    registry,
    git,
    taskRuntime,
    alarmActions: createAlarmActions(),
    advisories: [],
    products: [],
    gateway: { host: "127.0.0.1", port: 4566 },
    listenerPortOffset: 10_000,
    dataDirectory,
    warn: (message) => console.warn(message),
    ...rest,
    aws: refuseAbsent(aws),
    async remove() {
      await taskRuntime.close();
      await git.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

const refusingRegistry = new Proxy({} as Registry, {
  get: () => () => Promise.reject(new Error("this test has no registry")),
});

function refuseAbsent(given: NonNullable<TestEnvironment["aws"]>): Aws {
  return new Proxy({} as Aws, {
    get: (_, service: ServiceName) =>
      new Proxy((given[service] ?? {}) as object, {
        get: (operations, name, receiver) =>
          Reflect.get(operations, name, receiver) ??
          (() => Promise.reject(new AwsError("UnknownOperationException", `${service}.${String(name)}`))),
      }),
  });
}
