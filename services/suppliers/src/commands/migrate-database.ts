import { setTimeout as wait } from "node:timers/promises";
import { readDatabaseConfiguration, readServiceAccount } from "../configuration.ts";
import { openDatabase } from "../database/database.ts";
import { migrate, migrations } from "../database/migrate.ts";
import { grantServiceAccount } from "../database/service-account.ts";
import type { ProcessLog } from "../log.ts";
import type { ServiceProgram } from "../service-program.ts";

/**
 * Brings the schema and the service's account up to date: the task that runs once before a release. Several may run at
 * a time.
 */
export async function migrateDatabase({ process, rights }: ServiceProgram, log: ProcessLog): Promise<void> {
  const configuration = readDatabaseConfiguration(process.env);
  const account = readServiceAccount(process.env, configuration);
  const database = await openDatabase(configuration, wait);
  try {
    const applied = await database.withConnection((connection) => migrate(connection, migrations));
    log.info(
      { applied },
      applied.length === 0 ? "the database is up to date" : `applied the migrations ${applied.join(", ")}`,
    );
    if (!account) return;
    await database.withConnection((connection) =>
      grantServiceAccount(connection, account, rights, configuration.sslMode),
    );
    log.info({ user: account.user, rights }, `${account.user} may ${rights.join(", ")}`);
  } finally {
    await database.close();
  }
}
