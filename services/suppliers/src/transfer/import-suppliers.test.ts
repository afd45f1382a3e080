import { describe, expect, it } from "vitest";
import { inventSupplier } from "../domain/invented-suppliers.ts";
import { fieldNames, type SupplierFields } from "../domain/supplier.ts";
import { readCsvRows } from "./csv-rows.ts";
import { importSuppliers } from "./import-suppliers.ts";

const header = fieldNames.join(",");
const row = (number: number, change: Partial<SupplierFields> = {}) => {
  const fields = { ...inventSupplier(number), ...change };
  return fieldNames.map((name) => fields[name]).join(",");
};
const rows = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => row(first + index));

async function* pieces(...texts: readonly string[]) {
  yield* texts;
}

async function run(lines: readonly string[], addAll = async (_: readonly SupplierFields[]) => {}) {
  const added: SupplierFields[] = [];
  const steps = [];
  const store = {
    addAll: async (batch: readonly SupplierFields[]) => {
      await addAll(batch);
      added.push(...batch);
    },
  };
  for await (const step of importSuppliers(readCsvRows(pieces(`${lines.join("\n")}\n`)), store))
    steps.push(step);
  return { steps, added };
}

describe("an import", () => {
  it("adds a thousand rows at a time, whatever the order of the columns", async () => {
    const [name, ...others] = fieldNames;
    const turned = rows(0, 2500).map((line) => line.replace(/^([^,]*),(.*)$/, "$2,$1"));
    const { steps, added } = await run([`${others.join(",").toUpperCase()}, ${name}`, ...turned]);
    expect(
      steps.map((step) => "rows" in step && [step.outcome, step.firstLine, step.lastLine, step.rows]),
    ).toEqual([
      ["imported", 2, 1001, 1000],
      ["imported", 1002, 2001, 1000],
      ["imported", 2002, 2501, 500],
    ]);
    expect(added).toEqual(Array.from({ length: 2500 }, (_, number) => inventSupplier(number)));
  });

  it("adds nothing of a batch that has a bad row, and tells line and field", async () => {
    const lines = [header, ...rows(0, 3000)];
    lines[1200] = row(1199, { name: " ", phone: "call me" });
    lines[1300] = "too,short";
    lines[1301] = row(1300, { city: '"a\nb"' });
    lines[1302] = row(1301, { email: "none" });
    const { steps, added } = await run(lines);
    expect(steps.map(({ outcome }) => outcome)).toEqual(["imported", "refused", "imported"]);
    expect(steps[1]).toMatchObject({
      firstLine: 1002,
      // One more: a value has a line break.
      lastLine: 2002,
      problems: [
        { line: 1201, field: "name", problem: "required" },
        { line: 1201, field: "phone", problem: "not-a-phone" },
        { line: 1301, values: 2 },
        { line: 1302, field: "city", problem: "control-character" },
        { line: 1304, field: "email", problem: "not-an-email" },
      ],
    });
    expect(added).toHaveLength(2000);
  });

  it.each([
    ["nothing", [], { kind: "empty-file" }],
    ["no supplier", [header], { kind: "no-rows" }],
    [
      "other columns",
      ["name,Name,,city,state,e-mail,phone", row(1)],
      { kind: "wrong-columns", missing: ["address", "email"], unknown: ["", "e-mail"], doubled: ["name"] },
    ],
    ["a broken first row", [header, '"x'], { kind: "broken-quotes", line: 2 }],
  ])("of %s ends before anything is added", async (_, lines, refusal) => {
    expect(await run(lines)).toEqual({ steps: [{ outcome: "ended", refusal }], added: [] });
  });

  it("that meets a broken row keeps the batches before it, and nothing of its own", async () => {
    const { steps, added } = await run([header, ...rows(0, 1500), '"x']);
    expect(steps).toMatchObject([
      { outcome: "imported", lastLine: 1001 },
      { outcome: "ended", refusal: { kind: "broken-quotes", line: 1502 } },
    ]);
    expect(added).toHaveLength(1000);
  });

  it.each([
    ["the server refused it", Object.assign(new Error("full"), { sqlState: "HY000" }), "failed"],
    ["there is no connection", Object.assign(new Error("refused"), { syscall: "connect" }), "failed"],
    ["its answer is lost", Object.assign(new Error("lost"), { code: "PROTOCOL_CONNECTION_LOST" }), "unknown"],
    ["the server ended the connection", Object.assign(new Error("killed"), { sqlState: "08S01" }), "unknown"],
  ])("ends with the batch that fails because %s", async (_, failure, outcome) => {
    let batches = 0;
    const { steps } = await run([header, ...rows(0, 3000)], async () => {
      if (++batches === 2) throw new Error("query failed", { cause: failure });
    });
    expect(steps.map((step) => step.outcome)).toEqual(["imported", outcome]);
  });

  it("reads on only when a batch is written", async () => {
    let taken = 0;
    async function* file() {
      yield `${header}\n`;
      for (let first = 0; ; first += 500) {
        taken++;
        yield `${rows(first, 500).join("\n")}\n`;
      }
    }
    const written: (() => void)[] = [];
    const addAll = () => new Promise<void>((done) => written.push(done));
    const steps = importSuppliers(readCsvRows(file()), { addAll });
    const first = steps.next();
    while (written.length === 0) await new Promise(setImmediate);
    const takenThen = taken;
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect([taken, written.length]).toEqual([takenThen, 1]);
    written[0]?.();
    expect((await first).value).toMatchObject({ outcome: "imported" });
    await steps.return(undefined);
  });
});
