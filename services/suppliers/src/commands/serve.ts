import { setTimeout as wait } from "node:timers/promises";
import { readDatabaseConfiguration, readListenPort, readSiteHosts } from "../configuration.ts";
import { type Database, openDatabase } from "../database/database.ts";
import { migrations, requireMigrated } from "../database/migrate.ts";
import { createSupplierQueries } from "../domain/supplier-queries.ts";
import type { ProcessLog } from "../log.ts";
import { readContainerMetadata, shareCheck } from "../operations/container-metadata.ts";
import { logAccess } from "../operations/exchange.ts";
import type { Release, Site } from "../pages/layout.ts";
import { asksForHealth } from "../routes/report-health.ts";
import { type Observer, startWebServer } from "../server.ts";
import type { ServiceProgram } from "../service-program.ts";

/** Serves until SIGTERM or SIGINT, then drains and exits with 0, or with 1 when requests had to be cut off. */
export async function serve(program: ServiceProgram, log: ProcessLog): Promise<void> {
  const { name, process } = program;
  // Registered before anything else: as the first process of a container, Node ignores a signal without handler.
  let stop: () => unknown = () => process.exit(0);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop());

  const port = readListenPort(process.env, program.port);
  const release = watchRelease(program);
  // Loads the app while connecting to the database.
  const [database, { site, createApp }] = await Promise.all([
    openMigrated(readDatabaseConfiguration(process.env)),
    program.loadApp(),
  ]);
  const app = createApp({
    suppliers: createSupplierQueries(database.run),
    log,
    release,
    hosts: readSiteHosts(process.env),
    checkReady: shareCheck(() => requireCurrent(database), performance.now.bind(performance)),
  });
  const server = await startWebServer(app, port, observe(site, log));
  log.info({ port }, `${name} listens on port ${port}`);

  stop = async () => {
    log.info({}, `${name} drains`);
    log.flush();
    const allAnswered = await server.drain();
    if (!allAnswered) log.error({}, `${name} cut off requests that took too long`);
    await database.close();
    process.exit(allAnswered ? 0 : 1);
  };
}

/**
 * The running release. Image and revision are filled in once they have been read from the container's metadata, without blocking.
 */
function watchRelease({ version, process }: ServiceProgram) {
  const release: Release = { version, image: null, revision: null };
  readContainerMetadata(process.env).then((metadata) => Object.assign(release, metadata));
  return release;
}

async function openMigrated(configuration: ReturnType<typeof readDatabaseConfiguration>): Promise<Database> {
  const database = await openDatabase(configuration, wait);
  await requireCurrent(database);
  return database;
}

const requireCurrent = ({ run }: Database) => requireMigrated(run, migrations);

/**
 * Logs every request except a passed health check: those come every few seconds with or without visitors, and would be
 * most of a quiet service's log.
 */
function observe(site: Site, log: ProcessLog): Observer {
  return (exchange, answer) => {
    if (answer.status < 400 && asksForHealth(site, exchange.path)) return;
    logAccess(log, exchange, answer);
  };
}
