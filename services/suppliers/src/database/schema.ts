import { index, int, mysqlTable, varchar } from "drizzle-orm/mysql-core";

/** The lab's table, with the monolith's names and lengths. */
export const suppliers = mysqlTable(
  "suppliers",
  {
    id: int().autoincrement().primaryKey(),
    name: varchar({ length: 255 }).notNull(),
    address: varchar({ length: 255 }).notNull(),
    city: varchar({ length: 255 }).notNull(),
    state: varchar({ length: 255 }).notNull(),
    email: varchar({ length: 255 }).notNull(),
    phone: varchar({ length: 100 }).notNull(),
  },
  (table) => [
    index("suppliers_by_name").on(table.name, table.id),
    index("suppliers_by_city").on(table.city, table.name, table.id),
    index("suppliers_by_state").on(table.state, table.name, table.id),
  ],
);
