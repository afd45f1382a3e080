import { setTimeout as wait } from "node:timers/promises";
import { readDatabaseConfiguration } from "../configuration.ts";
import { openDatabase } from "../database/database.ts";
import { migrate } from "../database/migrate.ts";
import { migrations } from "../database/migrations.ts";
import type { ProcessLog } from "../log.ts";
import type { ServiceProgram } from "../service-program.ts";

/** Brings the schema up to date: the task that runs once before a release. Several may run at a time. */
export async function migrateDatabase({ process }: ServiceProgram, log: ProcessLog): Promise<void> {
  const database = await openDatabase(readDatabaseConfiguration(process.env), wait);
  try {
    const applied = await database.withConnection((connection) => migrate(connection, migrations));
    log.info(
      { applied },
      applied.length === 0 ? "the database is up to date" : `applied the migrations ${applied.join(", ")}`,
    );
  } finally {
    await database.close();
  }
}
