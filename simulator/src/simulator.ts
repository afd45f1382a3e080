import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AccessKey, createAccessKeys } from "./access-keys.ts";
import { type AccountKind, openAccount, policiesOfAccount } from "./accounts/account-kind.ts";
import { callFor, callInProcess } from "./call-services.ts";
import { type Clock, createClock } from "./clock.ts";
import type { Environment, Quotas } from "./environment.ts";
import { createFaults, type Fault, type Faults } from "./gateway/faults.ts";
import { type Gateway, startGateway } from "./gateway/gateway.ts";
import { createNetworks, type NetworkMode } from "./networks/networks.ts";
import { databaseFilter } from "./networks/way-in.ts";
import { makeOwnedFolder } from "./owned-folder.ts";
import { createPermissions } from "./permissions/create-permissions.ts";
import {
  type PermissionMode,
  type PermissionReport,
  type Permissions,
  permissionModes,
} from "./permissions/permissions.ts";
import { createCertificateAuthority } from "./runtime/certificate-authority.ts";
import { findDatabaseServer } from "./runtime/database/database-program.ts";
import { startDatabaseServer } from "./runtime/database/database-server.ts";
import { startSlowDatabase } from "./runtime/database/slow-database.ts";
import { runFunction } from "./runtime/functions/run-function.ts";
import { createGitRepositories } from "./runtime/git/create-git-repositories.ts";
import { createNetwork } from "./runtime/network.ts";
import { createRegistry } from "./runtime/registry/registry-server.ts";
import type { TaskRuntime, TaskRuntimeKind, TaskRuntimeOptions } from "./runtime/tasks/runtime.ts";
import { startTaskRuntime } from "./runtime/tasks/start-runtime.ts";
import type { Aws } from "./services/api.ts";
import { createAlarmActions } from "./services/cloudwatch/alarm-actions.ts";
import { repositoryArn } from "./services/ecr/state.ts";
import { closeServices, createServices, type Services } from "./services/index.ts";
import type { IdentityKeys } from "./services/sts/identity-token.ts";

export type { AccessKey } from "./access-keys.ts";
export { type AccountKind, accountKinds } from "./accounts/account-kind.ts";
export type { Fault, FaultKind, InjectedFault } from "./gateway/faults.ts";

export interface SimulatorOptions {
  /** Port of the gateway on 127.0.0.1; 0 selects a free one. */
  port?: number;
  /** A load balancer's listener on port P is served on 127.0.0.1:(P + this). */
  listenerPortOffset?: number;
  /** Receives that loopback port when it begins and ends to be served. */
  onListener?: Environment["onListener"];
  /** Factor by which documented waits pass faster than real time. */
  timeScale?: number;
  /** Replaces the clock of `timeScale`. */
  clock?: Clock;
  /**
   * Runtime of tasks: child processes (the default), containers of this machine's Docker engine, or another runtime.
   */
  taskRuntime?: TaskRuntimeKind | ((options: TaskRuntimeOptions) => TaskRuntime);
  /** Calls a function of Lambda; in a separate process by default. */
  runFunction?: Environment["runFunction"];
  /** Starts the server of a DB instance; by default one of this machine. */
  startDatabaseServer?: Environment["startDatabaseServer"];
  /** Starts the servers of DB instances in Docker, from the official image. */
  databaseInDocker?: boolean;
  /** Says whether one can be started; looks on this machine unless given. */
  findDatabaseServer?: Environment["findDatabaseServer"];
  /**
   * Cores of this machine per vCPU: a task of 512 CPU units gets half of it, and no more. By default, child processes
   * have no limit, and Docker's containers get a core per vCPU.
   */
  vcpuShare?: number;
  /**
   * Milliseconds that one vCPU works on each request that a load balancer passes on: a task of 512 CPU units, twice as
   * long. Only for Node in child processes; by default as fast as this machine.
   */
  serviceTimeMs?: number;
  /** Milliseconds that a DB instance works on each packet of a client, one after another; default as above. */
  queryTimeMs?: number;
  /** If given, kept after close; by default a temporary folder that close removes. */
  dataDirectory?: string;
  /** Initial resources and permissions of the account; by default (`standard`) a default VPC and full access. */
  account?: AccountKind;
  accountId?: string;
  region?: string;
  /** Access keys to refuse with ExpiredToken: rehearses an ended lab session. */
  expiredAccessKeys?: readonly string[];
  /** Keys that may sign, in addition to the simulator's own and those issued by STS. */
  accessKeys?: readonly AccessKey[];
  /** Public keys of the identity providers whose tokens STS accepts; by default none. */
  identityKeys?: IdentityKeys;
  /** Whether policies decide about calls; `report` only warns. By default `off`. */
  permissions?: PermissionMode;
  /** Whether routes and security groups decide who can reach whom. By default `off`. */
  networks?: NetworkMode;
  /** Quotas of the account; by default without limit. */
  quotas?: Quotas;
  /** Faults to inject from the start; none by default. */
  faults?: readonly Fault[];
  warn?: (message: string) => void;
}

export interface Simulator {
  readonly endpoint: string;
  /** Configuration for a client of the AWS SDK. */
  readonly clientConfig: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** Variables for any AWS tool: the endpoint, and the credentials and region that every tool requires. */
  readonly environmentVariables: Record<string, string>;
  readonly aws: Aws;
  readonly clock: Clock;
  /** Returns what was decided about calls since the start. */
  readonly permissionReport: () => PermissionReport;
  /** Decides about a role's calls whatever the mode, and passes on what each call needs. */
  readonly observeCalls: Permissions["observe"];
  /** Makes calls over the wire fail, from now on. */
  readonly faults: Faults;
  /** Leads browsers that open the endpoint to this address. */
  showPage(address: string): void;
  /** Ends every child process, closes every socket, removes temporary data. */
  close(): Promise<void>;
}

/** Default port of the gateway; emulators of AWS share it by convention. */
export const defaultPort = 4566;
/** 80 becomes 20080: above the ports that require privileges. Browsers refuse to open port 10080. */
export const defaultListenerPortOffset = 20_000;
/** A documented minute takes a second. */
export const defaultTimeScale = 60;

/** The secret is valid for this start only: other users of the machine, and web pages, do not know it. */
const createOwnKey = () => ({
  accessKeyId: "AKIASIMULATEDACCOUNT",
  secretAccessKey: randomBytes(30).toString("base64"),
});

/** Starts the offline AWS. Rejects with an error when its port is in use, or when it needs a Docker engine and finds none. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const dataDirectory = options.dataDirectory ?? (await makeOwnedFolder("simulator"));
  const removeTemporary = async () => {
    if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true, force: true });
  };
  const ownKey = createOwnKey();
  const services = {} as Services;
  const faults = createFaults(services);
  const aws = callInProcess(services, faults);
  const own = { dataDirectory, ownKey, aws, delaysRoles: faults.strikeService };
  const environment = await createEnvironment(options, own).catch(async (error) => {
    await removeTemporary();
    throw error;
  });
  Object.assign(services, createServices(environment));
  const closeAll = () =>
    closeServices(services)
      .finally(() => environment.taskRuntime.close())
      .finally(() => environment.git.close())
      .finally(removeTemporary);

  const expiredAccessKeys = new Set(options.expiredAccessKeys);
  const { clock, region } = environment;
  let gateway: Gateway;
  try {
    for (const fault of options.faults ?? []) faults.add(fault);
    await openAccount(options.account ?? "standard", environment);
    const { port } = environment.gateway;
    gateway = await startGateway({ environment, services, port, expiredAccessKeys, faults });
  } catch (error) {
    await closeAll();
    throw error;
  }
  // The services know the port that was chosen from now on.
  Object.assign(environment.gateway, { port: gateway.port });
  const endpoint = `http://${environment.gateway.host}:${gateway.port}`;
  return {
    endpoint,
    clientConfig: { endpoint, region, credentials: ownKey },
    environmentVariables: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      // Variables for boto3 and older command lines.
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: ownKey.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ownKey.secretAccessKey,
    },
    aws,
    clock,
    permissionReport: environment.permissions.report,
    observeCalls: environment.permissions.observe,
    faults,
    showPage: gateway.showPage,
    close: once(async () => {
      await gateway.close();
      await closeAll();
    }),
  };
}

/** Creates what the services share. */
async function createEnvironment(
  options: SimulatorOptions,
  own: {
    readonly dataDirectory: string;
    readonly ownKey: AccessKey;
    readonly aws: Aws;
    readonly delaysRoles: () => boolean;
  },
): Promise<Environment> {
  const { dataDirectory, ownKey, aws, delaysRoles } = own;
  const { accountId = "123456789012", region = "us-east-1", vcpuShare, serviceTimeMs } = options;
  const { clock = createClock(options.timeScale ?? defaultTimeScale), permissions: mode = "off" } = options;
  const { warn = (message) => console.warn(message) } = options;
  if (!permissionModes.includes(mode))
    throw new Error(`permissions "${mode}" is not one of ${permissionModes.join(", ")}`);
  const accessKeys = createAccessKeys([ownKey, ...(options.accessKeys ?? [])], options.expiredAccessKeys);
  const gateway = { host: "127.0.0.1", port: options.port ?? defaultPort };
  const network = createNetwork();
  const permissions = createPermissions({
    ...policiesOfAccount(options.account ?? "standard"),
    ...{ mode, accountId, region, clock, accessKeys, warn, aws, delaysRoles },
  });
  const registry = createRegistry({
    directory: join(dataDirectory, "registry"),
    accountId,
    gateway,
    refusalOf: (owner, action, repository) =>
      permissions.refusalOf(owner, { action, resource: repositoryArn(region, accountId, repository) }),
  });
  const authority = createCertificateAuthority("Simulated Amazon RDS CA", Date.now());
  const databaseAuthority = join(dataDirectory, "rds-ca.pem");
  await mkdir(dataDirectory, { recursive: true });
  await writeFile(databaseAuthority, authority.certificate);
  const networks = createNetworks(options.networks ?? "off", warn);
  const directory = join(dataDirectory, "tasks");
  const isDatabaseClosed = databaseFilter(networks);
  const settings = {
    ...{ registry, network, directory, vcpuShare, serviceTimeMs, databaseAuthority, isDatabaseClosed },
  };
  return {
    accountId,
    region,
    clock,
    network,
    accessKeys,
    identityKeys: options.identityKeys ?? {},
    registry,
    git: createGitRepositories({ directory: join(dataDirectory, "git") }),
    taskRuntime: await startTaskRuntime(options.taskRuntime ?? "process", settings),
    runFunction: options.runFunction ?? runFunction,
    findDatabaseServer:
      options.findDatabaseServer ?? (async () => options.databaseInDocker || findDatabaseServer()),
    startDatabaseServer:
      options.startDatabaseServer ??
      ((server) => {
        const { databaseInDocker: inDocker, queryTimeMs } = options;
        const start = queryTimeMs ? startSlowDatabase(queryTimeMs) : startDatabaseServer;
        return start({ ...server, inDocker });
      }),
    databaseStatements: new Map(),
    databaseAuthority: authority,
    aws,
    permissions,
    quotas: options.quotas ?? {},
    networks,
    awsFor: (caller) => callFor(caller, aws, permissions),
    alarmActions: createAlarmActions(),
    gateway,
    listenerPortOffset: options.listenerPortOffset ?? defaultListenerPortOffset,
    onListener: options.onListener ?? (() => {}),
    dataDirectory,
    warn,
  };
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= action();
    return done;
  };
}
