import type { Connection, RowDataPacket } from "mysql2/promise";
import type { ServiceAccount, SslMode } from "../configuration.ts";
import type { StatementRunner } from "./drizzle.ts";

interface Migration {
  /** Never renamed once released: a database records it as applied. */
  readonly id: string;
  readonly statements: readonly string[];
}

/**
 * In the order they are applied; a released one is never edited. The SQL works in MySQL 8 and MariaDB, and is here and
 * not in .sql files so that the source and the bundle run alike. Every one must keep the previous release working:
 * during a blue/green deployment both releases use the database.
 */
export const migrations: readonly Migration[] = [
  {
    id: "0001-create-suppliers",
    statements: [
      // A database that the monolith has used already has the table.
      `CREATE TABLE IF NOT EXISTS suppliers (
        id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        name VARCHAR(255) NOT NULL,
        address VARCHAR(255) NOT NULL,
        city VARCHAR(255) NOT NULL,
        state VARCHAR(255) NOT NULL,
        email VARCHAR(255) NOT NULL,
        phone VARCHAR(100) NOT NULL
      ) DEFAULT CHARACTER SET utf8mb4`,
    ],
  },
  {
    // One statement, so that half of it cannot have been applied. The id, a part of every index anyway, is named
    // because pages are ordered by it as well.
    id: "0002-index-the-orders-of-the-list",
    statements: [
      `ALTER TABLE suppliers
        ADD INDEX suppliers_by_name (name, id),
        ADD INDEX suppliers_by_city (city, name, id),
        ADD INDEX suppliers_by_state (state, name, id)`,
    ],
  },
];

/** A longer wait for another process means that its migration hangs. */
const lockTimeoutSeconds = 60;

/** Applies those of `migrations` that the connection's database lacks, one process at a time. Returns their ids. */
export async function migrate(connection: Connection, migrations: readonly Migration[]): Promise<string[]> {
  return withLock(connection, async () => {
    const run: StatementRunner = async (statement) => (await connection.execute(statement))[0];
    const missing = await findMissing(run, migrations).catch(async (error) => {
      if (error.code !== "ER_NO_SUCH_TABLE") throw error;
      // Only now, so that an account without the right CREATE can migrate a database that is up to date.
      await connection.query(
        `CREATE TABLE IF NOT EXISTS schema_migrations (
          id VARCHAR(100) NOT NULL PRIMARY KEY,
          applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
        )`,
      );
      return migrations;
    });
    for (const { id, statements } of missing) {
      for (const statement of statements) await connection.query(statement);
      await connection.execute("INSERT INTO schema_migrations (id) VALUES (?)", [id]);
    }
    return missing.map(({ id }) => id);
  });
}

/** Rejects, with what to do, when the database lacks one of `migrations`. */
export async function requireMigrated(run: StatementRunner, migrations: readonly Migration[]): Promise<void> {
  const missing = await findMissing(run, migrations).catch((error) => {
    if (error.code === "ER_NO_SUCH_TABLE") return migrations;
    throw error;
  });
  if (missing.length === 0) return;
  const ids = missing.map(({ id }) => id).join(", ");
  throw new Error(
    `the database lacks the migration${missing.length > 1 ? "s" : ""} ${ids}: run this program with the argument "migrate" once, then start it again`,
  );
}

async function findMissing(
  run: StatementRunner,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  const rows = await run({ sql: "SELECT id FROM schema_migrations", values: [], rowsAsArray: true });
  const applied = new Set((rows as [string][]).map(([id]) => id));
  return migrations.filter(({ id }) => !applied.has(id));
}

async function withLock<Result>(connection: Connection, action: () => Promise<Result>): Promise<Result> {
  // Lock names are shared by the whole server, so this one contains the database's name.
  const [[row]] = await connection.query<RowDataPacket[]>(
    "SELECT GET_LOCK(CONCAT(DATABASE(), '.schema_migrations'), ?) AS locked",
    [lockTimeoutSeconds],
  );
  if (row?.locked !== 1)
    throw new Error(`another process has been migrating the database for over ${lockTimeoutSeconds} seconds`);
  try {
    return await action();
  } finally {
    await connection.query("DO RELEASE_LOCK(CONCAT(DATABASE(), '.schema_migrations'))");
  }
}

/** Rights of a service on the suppliers table. It may also read which migrations have been applied. */
export type TableRight = "SELECT" | "INSERT" | "UPDATE" | "DELETE";

/**
 * Creates `account`, or sets its current password, with only the rights in `rights`. A right that a release no longer
 * needs is not revoked: the previous release still uses it during the deployment.
 */
export async function grantServiceAccount(
  connection: Connection,
  { user, password }: ServiceAccount,
  rights: readonly TableRight[],
  sslMode: SslMode,
): Promise<void> {
  const transport = sslMode === "DISABLED" ? "NONE" : "SSL";
  await connection.query("CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?", [user, password]);
  await connection.query(`ALTER USER ?@'%' IDENTIFIED BY ? REQUIRE ${transport}`, [user, password]);
  await connection.query(`GRANT ${rights.join(", ")} ON suppliers TO ?@'%'`, [user]);
  await connection.query("GRANT SELECT ON schema_migrations TO ?@'%'", [user]);
}
