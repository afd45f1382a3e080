import { createHash } from "node:crypto";
import { DatabaseUnavailable } from "../database/database-failure.ts";
import { fieldNames, type Supplier, type SupplierFields } from "./supplier.ts";
import { type PageRequest, pageSize, type Search } from "./supplier-page.ts";
import type { ChangeResult, SupplierStore } from "./supplier-queries.ts";

const { compare } = new Intl.Collator("en", { sensitivity: "base" });

/** Suppliers in memory, for tests of pages; it knows first pages only. */
export function createSuppliersInMemory() {
  const rows = new Map<number, Supplier>();
  let lastId = 0;
  let isDown = false;
  const ping = async () => {
    if (isDown) throw new DatabaseUnavailable("no connection to the database");
  };
  const change = async (
    id: number,
    version: string | undefined,
    apply: () => void,
  ): Promise<ChangeResult> => {
    await ping();
    const row = rows.get(id);
    if (!row) return "absent";
    if (version !== undefined && version !== versionOf(row)) return "changed";
    apply();
    return "done";
  };
  const matching = (search: Search | undefined) =>
    [...rows.values()].filter(
      (row) => !search || compare(row[search.by].slice(0, search.text.length), search.text) === 0,
    );
  const store = {
    async readPage({ search, sort, after, before }: PageRequest) {
      await ping();
      if (after ?? before) throw new Error("suppliers in memory have no page but the first");
      const by = sort?.by ?? search?.by ?? "name";
      const found = matching(search).sort(
        (a, b) => compare(a[by], b[by]) || compare(a.name, b.name) || a.id - b.id,
      );
      if (sort?.descending) found.reverse();
      const last = found[pageSize - 1];
      const next = last &&
        found[pageSize] && { value: last[by], name: last.name, id: last.id, row: pageSize };
      return { suppliers: found.slice(0, pageSize), first: 1, total: found.length, next };
    },
    async find(id: number) {
      await ping();
      const row = rows.get(id);
      return row && { ...row, version: versionOf(row) };
    },
    async add(fields: SupplierFields) {
      await store.addAll([fields]);
    },
    async addAll(added: readonly SupplierFields[]) {
      await ping();
      for (const fields of added) rows.set(++lastId, { ...fields, id: lastId });
    },
    update: (id: number, fields: SupplierFields, version?: string) =>
      change(id, version, () => rows.set(id, { ...fields, id })),
    remove: (id: number, version?: string) => change(id, version, () => rows.delete(id)),
  } satisfies SupplierStore;
  return {
    suppliers: store as SupplierStore,
    ping,
    clear: () => rows.clear(),
    takeDown: () => {
      isDown = true;
    },
    bringUp: () => {
      isDown = false;
    },
  };
}

const versionOf = (row: Supplier) =>
  createHash("sha256")
    .update(fieldNames.map((name) => row[name]).join("\0"))
    .digest("hex");
