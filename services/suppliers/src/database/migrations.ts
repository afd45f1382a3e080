export interface Migration {
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
