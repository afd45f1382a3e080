import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
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

/** The server reads its master password at its start; in RDS there is no interruption. */
export function resetPassword(state: RdsState, instance: Instance): void {
  const meanwhile = "resetting-master-credentials";
  inBackground(state, instance, meanwhile, async () => {
    await instance.server?.close();
    await serve(state, instance, meanwhile);
  });
}

async function serve(state: RdsState, instance: Instance, meanwhile: InstanceStatus): Promise<void> {
  const { settings } = instance;
  const { databaseAuthority, databaseStatements, taskRuntime } = state.environment;
  const server = await state.environment.startDatabaseServer({
    dataDirectory: instanceFolder(state, instance),
    alsoOn: taskRuntime.hostAddress,
    user: settings.masterUsername,
    password: instance.masterPassword,
    database: settings.databaseName,
    statements: databaseStatements.get(instance.identifier),
    port: settings.port,
    // A connection by address is verified under the name localhost.
    certificate: databaseAuthority.issue([taskRuntime.hostAddress, "localhost"]),
  });
  settings.port = server.port;
  instance.server = server;
  if (instance.status === meanwhile) instance.status = "available";
  void server.exited.then(() => {
    if (instance.status !== "available") return;
    instance.status = "failed";
    state.environment.warn(`the database server of ${instance.identifier} ended unexpectedly`);
  });
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
