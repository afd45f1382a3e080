import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAccessKeys } from "./access-keys.ts";
import { createClock } from "./clock.ts";
import type { Environment } from "./environment.ts";
import { AwsError } from "./kit/errors.ts";
import { createNetworks } from "./networks/networks.ts";
import { createPermissions } from "./permissions/create-permissions.ts";
import { createCertificateAuthority } from "./runtime/certificate-authority.ts";
import { findDatabaseServer } from "./runtime/database/database-program.ts";
import { startDatabaseServer } from "./runtime/database/database-server.ts";
import { runFunction } from "./runtime/functions/run-function.ts";
import { createGitRepositories } from "./runtime/git/create-git-repositories.ts";
import { createNetwork } from "./runtime/network.ts";
import type { Registry } from "./runtime/registry/registry.ts";
import { createInProcessRuntime } from "./runtime/tasks/in-process-runtime.support.ts";
import { createProcessRuntime, type ProcessRuntimeOptions } from "./runtime/tasks/process-runtime.ts";
import type { TaskRuntime } from "./runtime/tasks/runtime.ts";
import type { Aws, ServiceName } from "./services/api.ts";
import { createAlarmActions } from "./services/cloudwatch/alarm-actions.ts";
import { createVirtualClock, type TestClock, withForeground } from "./virtual-clock.support.ts";

/** Environment for tests of one service: using a part that the test does not provide fails. */
type TestEnvironment = Omit<Partial<Environment>, "aws" | "clock"> & {
  aws?: { [Name in ServiceName]?: Partial<Aws[Name]> };
};

type Created = Environment & { readonly clock: TestClock; remove(): Promise<void> };

/** Its time advances only while a test waits for it (see TestClock); its tasks are functions of this process. */
export function createTestEnvironment(overrides?: TestEnvironment): Promise<Created> {
  const clock = createVirtualClock();
  return createEnvironment(overrides, clock, (parts) => createInProcessRuntime({ ...parts, clock }));
}

/**
 * Its tasks are real processes. Its time passes 600 times faster than real time unless the test gives another scale.
 */
export function createRealEnvironment({
  timeScale = 600,
  ...overrides
}: TestEnvironment & { timeScale?: number } = {}): Promise<Created> {
  return createEnvironment(overrides, withForeground(createClock(timeScale)), createProcessRuntime);
}

async function createEnvironment(
  overrides: TestEnvironment = {},
  clock: TestClock,
  createRuntime: (options: ProcessRuntimeOptions) => TaskRuntime,
): Promise<Created> {
  const { aws: given = {}, ...rest } = overrides;
  const aws = refuseAbsent(given);
  const dataDirectory = await mkdtemp(join(tmpdir(), "simulator-test-"));
  const { network = createNetwork(), registry = refusingRegistry } = overrides;
  const { accountId = "123456789012", region = "us-east-1", accessKeys = createAccessKeys([]) } = overrides;
  const { warn = (message) => console.warn(message) } = overrides;
  const git = createGitRepositories({ directory: join(dataDirectory, "git") });
  const taskRuntime = createRuntime({ registry, network, directory: join(dataDirectory, "tasks") });
  return {
    accountId,
    region,
    clock,
    network,
    accessKeys,
    identityKeys: {},
    registry,
    git,
    taskRuntime,
    runFunction,
    findDatabaseServer: () => findDatabaseServer(),
    startDatabaseServer,
    databaseStatements: new Map(),
    databaseAuthority: createCertificateAuthority("Simulated Amazon RDS CA", Date.now()),
    alarmActions: createAlarmActions(),
    gateway: { host: "127.0.0.1", port: 4566 },
    listenerPortOffset: 10_000,
    onListener: () => {},
    dataDirectory,
    warn,
    networks: createNetworks("off", () => {}),
    quotas: {},
    permissions: createPermissions({ mode: "off", accountId, region, clock, accessKeys, warn, aws }),
    awsFor: () => aws,
    ...rest,
    aws,
    async remove() {
      await taskRuntime.close();
      clock.stop();
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
