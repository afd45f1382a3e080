import { createHash, randomInt } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Socket } from "../../runtime/network.ts";
import {
  type Instance,
  type InstanceStatus,
  instanceFolder,
  type RdsState,
  snapshotFolder,
} from "./state.ts";

/** Starts the instance's server in the background; the status shows when it is ready. */
export function startServer(state: RdsState, instance: Instance, meanwhile: InstanceStatus): void {
  inBackground(state, instance, meanwhile, () => serve(state, instance, meanwhile));
}

/** The server reads its master password at its start; RDS has no interruption. */
export function resetPassword(state: RdsState, instance: Instance): void {
  const meanwhile = "resetting-master-credentials";
  inBackground(state, instance, meanwhile, async () => {
    await instance.server?.close();
    await serve(state, instance, meanwhile);
  });
}

async function serve(state: RdsState, instance: Instance, meanwhile: InstanceStatus): Promise<void> {
  const { settings } = instance;
  const { databaseAuthority, databaseStatements, startDatabaseServer, taskRuntime, warn } = state.environment;
  const sockets = instance.endpoint
    ? [instance.endpoint]
    : chooseSockets(taskRuntime.hostAddress, settings.port, numberOf(state, instance));
  const server = await startDatabaseServer({
    dataDirectory: instanceFolder(state, instance),
    sockets,
    user: settings.masterUsername,
    password: instance.masterPassword,
    database: settings.databaseName,
    statements: databaseStatements.get(instance.identifier),
    // A connection by address is verified under the name localhost.
    certificate: databaseAuthority.issue([...sockets.map(({ host }) => host), "localhost"]),
  });
  const { host, port } = server;
  instance.endpoint = { host, port };
  instance.server = server;
  if (instance.status === meanwhile) instance.status = "available";
  if (settings.port === undefined && port !== defaultPort)
    warn(
      `DB instance ${instance.identifier} has port ${port}, because ${defaultPort} is in use. Fix: give programs this port, or end the program that uses ${defaultPort} and start again`,
    );
  void server.exited.then(() => {
    if (instance.status !== "available") return;
    instance.status = "failed";
    warn(`the database server of ${instance.identifier} ended unexpectedly`);
  });
}

/** The same at each start of a simulator with a port of its own: files of a user have the endpoint. */
function numberOf({ environment: { gateway } }: RdsState, { identifier }: Instance): number {
  if (gateway.port === 0) return randomInt(...freeNumbers);
  const [from, to] = freeNumbers;
  const hash = createHash("sha256").update(`${gateway.port} ${identifier}`).digest().readUInt32BE();
  return from + (hash % (to - from));
}
const freeNumbers = [33_000, 60_000] as const;

/** RDS's for MySQL. */
export const defaultPort = 3306;

/**
 * On AWS every instance has an address of its own, so all have the same port. On Linux all of 127.0.0.0/8 is this
 * machine; in Docker's network, and on other systems, instances share an address. Where another program has the port at
 * every address, an address 127.34.a.b shows Node in tasks that the port is 256 a + b (see listen-on-loopback.cjs).
 */
function chooseSockets(hostAddress: string, givenPort: number | undefined, free: number): Socket[] {
  const [own, moved] = [33, 34].map((part) => `127.${part}.${free >> 8}.${free & 255}`) as [string, string];
  const wanted = [own, hostAddress].map((host) => ({ host, port: givenPort ?? defaultPort }));
  const others = [
    { host: moved, port: free },
    { host: hostAddress, port: 0 },
  ];
  const sockets = givenPort === undefined ? [...wanted, ...others] : wanted;
  return hostAddress.startsWith("127.") ? sockets : sockets.filter(({ host }) => host === hostAddress);
}

export function stopServer(state: RdsState, instance: Instance): void {
  inBackground(state, instance, "stopping", async () => {
    await instance.server?.close();
    instance.server = undefined;
    instance.status = "stopped";
  });
}

/** Ends the server; its data becomes the snapshot, or is deleted. Calls `then` when that is done. */
export function deleteServer(
  state: RdsState,
  instance: Instance,
  snapshotIdentifier: string | undefined,
  then: () => Promise<void>,
): void {
  inBackground(state, instance, "deleting", async () => {
    await instance.server?.close();
    const folder = instanceFolder(state, instance);
    if (snapshotIdentifier === undefined) await rm(folder, { recursive: true, force: true });
    else {
      const target = snapshotFolder(state, snapshotIdentifier);
      await mkdir(dirname(target), { recursive: true });
      await rename(folder, target);
    }
    state.jobs.delete(instance);
    await then();
  });
}

function inBackground(
  state: RdsState,
  instance: Instance,
  meanwhile: InstanceStatus,
  work: () => Promise<void>,
): void {
  instance.status = meanwhile;
  const job = (state.jobs.get(instance) ?? Promise.resolve()).then(work).catch((error) => {
    instance.status = "failed";
    state.environment.warn(`DB instance ${instance.identifier} failed while ${meanwhile}: ${error.message}`);
  });
  state.jobs.set(instance, job);
}

/** Ends every server, including those that are being started. */
export async function closeServers(state: RdsState): Promise<void> {
  await Promise.all(state.jobs.values());
  await Promise.all(
    [...state.instances.values()].map((instance) => {
      instance.status = "stopped";
      return instance.server?.close();
    }),
  );
}
