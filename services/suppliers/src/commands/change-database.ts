import { setTimeout as wait } from "node:timers/promises";
import { readDatabaseConfiguration, readServiceAccount } from "../configuration.ts";
import { openDatabase } from "../database/database.ts";
import { grantServiceAccount, migrate, migrations } from "../database/migrate.ts";
import { inventSupplier } from "../domain/invented-suppliers.ts";
import { batchSize, createSupplierQueries } from "../domain/supplier-queries.ts";
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

/** Larger numbers are untested, and a typing error would fill the disk. */
const mostRows = 10_000_000;

/** Adds the requested number of invented suppliers: the same ones every time. */
export async function seedSuppliers(
  { process }: ServiceProgram,
  log: ProcessLog,
  [text = ""]: string[],
): Promise<void> {
  const rows = Number(text);
  if (!/^\d+$/.test(text) || rows < 1 || rows > mostRows)
    throw new Error(
      `say how many suppliers to add, from 1 to ${mostRows}, as in "seed 100000"; not "${text}"`,
    );
  const database = await openDatabase(readDatabaseConfiguration(process.env), wait);
  try {
    const suppliers = createSupplierQueries(database.run);
    for (let added = 0; added < rows; ) {
      const size = Math.min(batchSize, rows - added);
      const first = added;
      await suppliers.addAll(Array.from({ length: size }, (_, index) => inventSupplier(first + index)));
      added += size;
      if (added % (batchSize * 100) === 0 || added === rows)
        log.info({ added, rows }, `${added} of ${rows} added`);
    }
  } finally {
    await database.close();
  }
}
