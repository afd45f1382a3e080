import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createCertificateAuthority } from "@ecs-delivery/simulator/runtime/certificate-authority";
import {
  type DatabaseServer,
  startDatabaseServer,
} from "@ecs-delivery/simulator/runtime/database/database-server";
import { createConnection } from "mysql2/promise";
import { type DatabaseConfiguration, readDatabaseConfiguration } from "../configuration.ts";
import { createSupplierQueries } from "../domain/supplier-queries.ts";
import { openDatabase } from "./database.ts";
import { type DatabaseLimits, serviceLimits } from "./guarded-pool.ts";
import { migrate, migrations } from "./migrate.ts";

const account = { user: "nodeapp", password: "coffee", database: "COFFEE" };

/** Starts a real server with the lab's account and database, which tests can stop and start again. */
export async function startTestDatabase() {
  const dataDirectory = await mkdtemp(join(tmpdir(), "suppliers-database-"));
  const authority = createCertificateAuthority("Test CA", Date.now());
  const authorityFile = join(dataDirectory, "authority.pem");
  await writeFile(authorityFile, authority.certificate);
  const certificate = authority.issue(["localhost"]);
  let server: DatabaseServer = await startDatabaseServer({ dataDirectory, ...account, certificate });
  const { port } = server;
  const environment = {
    APP_DB_HOST: server.host,
    APP_DB_PORT: String(port),
    APP_DB_PASSWORD: account.password,
  };
  const configuration: DatabaseConfiguration = readDatabaseConfiguration(environment);
  const signal = async (name: NodeJS.Signals) => {
    const pid = Number(await readFile(join(dataDirectory, "server.pid"), "utf8"));
    process.kill(pid, name);
    return pid;
  };
  return {
    environment,
    configuration,
    /** File of the authority of the server's certificate. */
    authorityFile,
    /** A separate connection for the test, in addition to those of the service. */
    connect: () => {
      const { name, sslMode: _, ...rest } = configuration;
      return createConnection({ ...rest, database: name });
    },
    open: async (limits: DatabaseLimits = serviceLimits) => {
      const database = await openDatabase(configuration, wait, limits);
      await database.withConnection((connection) => migrate(connection, migrations));
      return { ...database, suppliers: createSupplierQueries(database.run) };
    },
    takeDown: () => server.close(),
    /** Kills the server without any time for a shutdown. */
    crash: async () => {
      await signal("SIGKILL");
      await server.exited;
    },
    /** Makes the server hang: its machine still accepts connections and data, but sends no response. */
    pause: async () => untilStopped(await signal("SIGSTOP")),
    resume: async () => {
      await signal("SIGCONT");
    },
    bringUp: async () => {
      server = await startDatabaseServer({ dataDirectory, ...account, certificate, sockets: [server] });
    },
    remove: async () => {
      await server.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Connected and migrated. */
export type OpenTestDatabase = Awaited<ReturnType<TestDatabase["open"]>>;
export type TestDatabase = Awaited<ReturnType<typeof startTestDatabase>>;

/** A signal is sent to all threads of a process before each of them has noticed it; /proc shows that, on Linux. */
async function untilStopped(pid: number): Promise<void> {
  const threads = `/proc/${pid}/task`;
  const isStopped = async (thread: string) =>
    /\) T/.test(await readFile(join(threads, thread, "stat"), "utf8"));
  for (;;) {
    const stopped = await Promise.all((await readdir(threads).catch(() => [])).map(isStopped));
    if (stopped.every(Boolean)) return;
    await wait(1);
  }
}
