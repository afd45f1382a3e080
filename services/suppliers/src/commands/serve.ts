import { setTimeout as wait } from "node:timers/promises";
import { readDatabaseConfiguration, readListenPort } from "../configuration.ts";
import { openDatabase } from "../database.ts";
import { requireMigrated } from "../migrate.ts";
import { migrations } from "../migrations.ts";
import { startWebServer } from "../server.ts";
import type { ServiceProgram } from "../service-program.ts";
import { createSupplierQueries } from "../supplier-queries.ts";

/** Serves until SIGTERM or SIGINT, then drains and exits with 0, or with 1 when requests had to be cut off. */
export async function serve({ name, port: standardPort, loadApp, process }: ServiceProgram): Promise<void> {
  // Registered before anything else: as the first process of a container, Node ignores a signal without handler.
  let stop: () => unknown = () => process.exit(0);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop());
  process.once("uncaughtException", (error) => {
    console.error(`${name} crashed: ${error.stack}`);
    process.exit(1);
  });
  const port = readListenPort(process.env, standardPort);
  const configuration = readDatabaseConfiguration(process.env);
  const { createApp } = await loadApp();
  const database = await openDatabase(configuration, wait);
  await database.withConnection((connection) => requireMigrated(connection, migrations));
  const log = {
    info: (facts: object, message: string) => console.log(message, facts),
    warn: (facts: object, message: string) => console.warn(message, facts),
    error: (facts: object, message: string) => console.error(message, facts),
  };
  const server = await startWebServer(
    createApp({ suppliers: createSupplierQueries(database.run), log }),
    port,
  );
  console.log(`${name} listens on port ${port}`);
  stop = async () => {
    console.log(`${name} drains`);
    const allAnswered = await server.drain();
    if (!allAnswered) console.error(`${name} cut off requests that took too long`);
    await database.close();
    process.exit(allAnswered ? 0 : 1);
  };
}
