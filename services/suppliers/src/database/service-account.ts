import type { Connection } from "mysql2/promise";
import type { ServiceAccount, SslMode } from "../configuration.ts";

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
