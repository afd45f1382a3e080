import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type OpenTestDatabase,
  startTestDatabase,
  type TestDatabase,
} from "../database/test-database.support.ts";
import type { SupplierFields } from "./supplier.ts";
import { mostCounted, type PageRequest, pageSize } from "./supplier-page.ts";
import { batchSize } from "./supplier-queries.ts";

let testDatabase: TestDatabase;
let database: OpenTestDatabase;
beforeAll(async () => {
  testDatabase = await startTestDatabase();
  database = await testDatabase.open();
});
afterAll(async () => {
  await database.close();
  await testDatabase.remove();
});
beforeEach(() => database.withConnection((connection) => connection.query("TRUNCATE suppliers")));

const fields: SupplierFields = {
  name: "Z",
  address: "1 Quay",
  city: "Cork",
  state: "IE",
  email: "orders@z.example",
  phone: "+353 21 555",
};

const names = async (request: PageRequest = {}) =>
  (await database.suppliers.readPage(request)).suppliers.map(({ name }) => name);

async function addOne(): Promise<{ id: number; version: string }> {
  await database.suppliers.add(fields);
  const id = (await database.suppliers.readPage({})).suppliers[0]?.id ?? 0;
  const version = (await database.suppliers.find(id))?.version ?? "";
  return { id, version };
}

describe("a supplier", () => {
  it("is stored as it was typed, and found, changed and removed by its id", async () => {
    const { suppliers } = database;
    const typed = { ...fields, name: `O'Brien "& Sons" \\ %_ ☕`, city: "'); DROP TABLE suppliers; --" };
    await suppliers.add(typed);
    const id = (await suppliers.readPage({})).suppliers[0]?.id ?? 0;
    expect(await suppliers.find(id)).toMatchObject({ id, ...typed });
    expect(await suppliers.update(id, fields)).toBe("done");
    expect(await suppliers.update(id, fields), "unchanged, yet found").toBe("done");
    expect(await suppliers.find(id)).toMatchObject({ id, ...fields });
    expect(await suppliers.remove(id)).toBe("done");
    expect(await suppliers.find(id)).toBeUndefined();
    expect(await suppliers.update(id, fields)).toBe("absent");
    expect(await suppliers.remove(id)).toBe("absent");
  });

  it("is not changed or removed from another version", async () => {
    const { suppliers } = database;
    const { id, version } = await addOne();
    expect(await suppliers.update(id, { ...fields, city: "Dublin" }, version)).toBe("done");
    expect(await suppliers.update(id, { ...fields, city: "Galway" }, version)).toBe("changed");
    expect(await suppliers.remove(id, version)).toBe("changed");
    const stored = await suppliers.find(id);
    expect(stored?.city).toBe("Dublin");
    expect(await suppliers.remove(id, stored?.version)).toBe("done");
    expect(await suppliers.remove(id, stored?.version)).toBe("absent");
  });

  it("has another version after a change that knows of none, such as the old monolith's", async () => {
    const { suppliers, withConnection } = database;
    const { id, version } = await addOne();
    await withConnection((connection) => connection.query("UPDATE suppliers SET phone = '1234'"));
    expect(await suppliers.update(id, fields, version)).toBe("changed");
  });

  it("is changed by only one of two concurrent saves of the same version", async () => {
    const { suppliers } = database;
    const { id, version } = await addOne();
    const results = await Promise.all(
      ["Dublin", "Galway"].map((city) => suppliers.update(id, { ...fields, city }, version)),
    );
    expect(results.sort()).toEqual(["changed", "done"]);
  });
});

describe("many suppliers", () => {
  const numbered = (count: number, change: (number: number) => Partial<SupplierFields> = () => ({})) =>
    Array.from({ length: count }, (_, number) => ({
      ...fields,
      name: `Supplier ${String(number).padStart(4, "0")}`,
      ...change(number),
    }));

  it("are added all or none", async () => {
    const rows = [...numbered(3), { ...fields, phone: "1".repeat(101) }];
    await expect(database.suppliers.addAll(rows)).rejects.toThrow();
    expect(await names()).toEqual([]);
    await database.suppliers.addAll(rows.slice(0, 3));
    expect(await names()).toHaveLength(3);
  });

  const lists: [string, PageRequest, (number: number) => Partial<SupplierFields>][] = [
    ["by name", {}, () => ({})],
    ["of one name", {}, () => ({ name: "The same" })],
    ["found by city", { search: { by: "city", text: "li" } }, (n) => ({ city: n % 2 ? "Lima" : "LISBON" })],
    [
      "found by state",
      { search: { by: "state", text: "Î" } },
      (n) => ({ state: n % 3 ? "Îles" : "Illinois" }),
    ],
    ["by city, backwards", { sort: { by: "city", descending: true } }, (n) => ({ city: `City ${n % 7}` })],
    ["by name, backwards", { sort: { by: "name", descending: true } }, () => ({})],
    ["found by name", { search: { by: "name", text: "supplier" } }, () => ({})],
  ];
  it.each(lists)("%s are on one page each, forwards and backwards", async (_, request, change) => {
    const { suppliers } = database;
    const total = 2 * pageSize + 5;
    await suppliers.addAll([
      ...numbered(total, change),
      { ...fields, name: "Alone", city: "Oslo", state: "NO" },
    ]);
    const forwards: number[][] = [];
    let page = await suppliers.readPage(request);
    expect(page.total).toBe(request.search ? total : total + 1);
    const firsts = [page.first];
    expect(page.previous).toBeUndefined();
    for (;;) {
      forwards.push(page.suppliers.map(({ id }) => id));
      if (!page.next) break;
      page = await suppliers.readPage({ ...request, after: page.next });
      firsts.push(page.first);
    }
    expect(firsts).toEqual([1, 1 + pageSize, 1 + 2 * pageSize]);
    const ids = forwards.flat();
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(request.search ? total : total + 1);

    const backwards = [forwards.at(-1)];
    while (page.previous) {
      page = await suppliers.readPage({ ...request, before: page.previous });
      backwards.unshift(page.suppliers.map(({ id }) => id));
      expect(page.first).toBe(firsts[firsts.length - backwards.length]);
    }
    expect(backwards).toEqual(forwards);
  });

  it.each([
    [0, 0, 1, 0],
    [pageSize, pageSize, 1, pageSize],
    [pageSize + 1, pageSize + 1, pageSize + 1, pageSize + 1],
    [mostCounted, mostCounted, mostCounted - pageSize + 1, mostCounted],
    [mostCounted + 1, undefined, mostCounted + 1, mostCounted + 1],
  ])("are %i: pages state %s, and the last one, from row %i, %i", async (rows, total, first, lastTotal) => {
    const { suppliers } = database;
    if (rows > 0) await suppliers.addAll(numbered(rows));
    let page = await suppliers.readPage({});
    while (page.next) {
      expect(page.total).toBe(total);
      page = await suppliers.readPage({ after: page.next });
    }
    expect([page.first, page.total]).toEqual([first, lastTotal]);
    expect(page.suppliers).toHaveLength(rows - first + 1);
  });

  it("are numbered on pages whose links were made before others were added or deleted", async () => {
    const { suppliers, withConnection } = database;
    await suppliers.addAll(numbered(2 * pageSize + 5));
    const { next: second } = await suppliers.readPage({});
    const { next: third } = await suppliers.readPage({ after: second });
    const steps: [change: string, PageRequest, first: number, rows: number, total: number][] = [
      ["DELETE FROM suppliers WHERE name = 'Supplier 0039'", { after: third }, 40, 5, 44],
      [
        "INSERT INTO suppliers VALUES (98, 'A', '', '', '', '', ''), (99, 'A', '', '', '', '', '')",
        { after: third },
        42,
        5,
        46,
      ],
      ["DELETE FROM suppliers WHERE name < 'Supplier 0018'", { after: second }, 6, pageSize, 26],
      ["DELETE FROM suppliers WHERE name > 'Supplier 0039'", { before: third }, 2, pageSize, 21],
      ["SELECT 'nothing is left after it'", { after: third }, 1, pageSize, 21],
      ["DELETE FROM suppliers WHERE name = 'Supplier 0018'", { before: third }, 1, pageSize, 20],
    ];
    for (const [change, request, ...expected] of steps) {
      await withConnection((connection) => connection.query(change));
      const { first, suppliers: rows, total, previous } = await suppliers.readPage(request);
      expect([first, rows.length, total], change).toEqual(expected);
      expect(previous === undefined, change).toBe(first === 1);
    }
  });

  it.each([
    ["100%", ["100% Arabica"]],
    ["a_b", ["a_b"]],
    ["back\\", ["back\\slash"]],
    ["%", []],
    ["CAFÉ", ["Café Crème"]],
    ["cafe", ["Café Crème"]],
  ])("are searched by %s as written, whatever its case and accents", async (text, found) => {
    for (const name of ["100% Arabica", "100 Beans", "a_b", "axb", "back\\slash", "Café Crème"])
      await database.suppliers.add({ ...fields, name });
    expect(await names({ search: { by: "name", text } })).toEqual(found);
  });

  it("of a page are read from an index in its order, as few in a list twice as long", async () => {
    const { suppliers, withConnection } = database;
    const cities = (number: number) => ({ city: `City ${number % 4}` });
    await suppliers.addAll(numbered(batchSize, cities));
    const reads = (request: PageRequest) =>
      withConnection(async (connection) => {
        // The server's own count of rows read by any method.
        const count = async () => {
          const [rows] = await connection.query("SHOW GLOBAL STATUS LIKE 'Handler_read%'");
          return (rows as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0);
        };
        // Asking for the counts reads the table of counts.
        const itself = (await count()) - (await count());
        const before = await count();
        await suppliers.readPage(request);
        return (await count()) - before + itself;
      });
    const middle = { value: "City 3", name: "Supplier 0500", id: 1 };
    const searches = ["City 3", "City", "none"].map((text) => ({ search: { by: "city", text } }) as const);
    const orders = [{}, { sort: { by: "state", descending: true } } as const, ...searches];
    const requests = orders.flatMap((order) => [
      order,
      { ...order, after: middle },
      { ...order, before: middle },
    ]);
    const readAll = async () => {
      await withConnection((connection) => connection.query("ANALYZE TABLE suppliers"));
      const counts: [string, number][] = [];
      for (const request of requests) counts.push([JSON.stringify(request), await reads(request)]);
      return counts;
    };
    const once = await readAll();
    await suppliers.addAll(numbered(batchSize, cities));
    expect(await readAll()).toEqual(once);
    // The rows that are counted are read from the index, and then from a temporary table.
    expect(Math.max(...once.map(([, count]) => count))).toBeLessThanOrEqual(2 * (mostCounted + pageSize));
  });
});
